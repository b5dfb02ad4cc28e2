import { EXIT, type ExitCode } from "../support/error.ts";
import type { RunFlags } from "./flags.ts";
import { spawnOwner } from "./native/spawn-owner.ts";
import { openTerminal } from "./output.ts";
import type { StopNotice } from "./stop-notice.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Runs in a process of its own, which can outlive this one as the owner of a kept run, and shows what it tells. When this process
 * dies before the end, the owner sees its input end and stops.
 */
export async function followOwner(options: {
  surroundings: Surroundings;
  flags: RunFlags;
  notice: StopNotice;
  signal: AbortSignal;
}): Promise<ExitCode> {
  const { surroundings, flags, signal } = options;
  const { stdout } = surroundings;
  const owner = spawnOwner({ surroundings, request: flags, signal });
  const quiet = flags.quiet === true || flags.json === true;
  const terminal = await openTerminal({ surroundings, stream: stdout, flags: { ...flags, quiet } });
  options.notice.showOn(terminal);
  let exitCode: ExitCode = EXIT.bug;
  for await (const { message, line } of owner.messages()) {
    if (message.type === "exit") {
      exitCode = message.code;
      break;
    }
    if (message.type === "ready" || message.type === "taken") continue;
    if (flags.json === true) stdout.write(`${line}\n`);
    else terminal.take(message);
  }
  terminal.close();
  return exitCode;
}
