import type { CommandContext } from "./context.ts";

/** `seatrial complete`: its flags, help and examples. */
export function defineComplete({ program, surroundings, exit }: CommandContext): void {
  program
    .command("complete", { hidden: true })
    .description("print what may stand in place of the last word")
    .argument("[words...]")
    .action(async (words: string[]) =>
      exit(await (await import("../complete.ts")).completeCommand({ surroundings, program, words })),
    );
}
