import type { RunFlags } from "../flags.ts";
import type { InfrastructureRequest } from "../native/request.ts";
import type { CommandContext } from "./context.ts";

/** `seatrial own`: its flags, help and examples. */
export function defineOwn({ program, surroundings, exit }: CommandContext): void {
  program
    .command("own", { hidden: true })
    .description("own a run or infrastructure as a process of its own (started by --keep, --warm and up)")
    .argument("<request>", "what to own, as JSON")
    .action(async (text: string) => {
      const request: RunFlags | InfrastructureRequest = JSON.parse(text);
      exit(
        "what" in request
          ? await (await import("../native/owner.ts")).ownInfrastructure({ surroundings, request })
          : await (await import("../owner.ts")).ownerCommand({ surroundings, flags: request }),
      );
    });
}
