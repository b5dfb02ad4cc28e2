import type { CommandContext } from "./context.ts";

/** `seatrial own`: its flags, help and examples. */
export function defineOwn({ program, surroundings, exit }: CommandContext): void {
  program
    .command("own", { hidden: true })
    .description("own a run as a process of its own (started by --keep)")
    .argument("<request>", "a file that says what to run")
    .action(async (request: string) =>
      exit(await (await import("../owner.ts")).ownerCommand({ surroundings, request })),
    );
}
