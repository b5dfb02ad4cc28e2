import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { RunEvent } from "../model/index.ts";
import { EXIT, type ExitCode } from "../support/error.ts";
import type { Stamped } from "../support/events.ts";
import type { RunFlags } from "./flags.ts";
import { openTerminal } from "./output.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Runs in a process of its own, which can outlive this one as the owner of a kept run, and shows what it tells. When this process
 * dies before the end, the owner sees its input end and stops.
 */
export async function followOwner(options: {
  surroundings: Surroundings;
  flags: RunFlags;
  signal: AbortSignal;
}): Promise<ExitCode> {
  const { surroundings, flags, signal } = options;
  const { environment, stdout, stderr } = surroundings;
  const owner = spawn(process.execPath, [process.argv[1] ?? "", "own", JSON.stringify(flags)], {
    cwd: environment.cwd,
    env: environment.env,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  owner.stderr.on("data", (chunk: Buffer) => stderr.write(chunk));
  signal.addEventListener("abort", () => owner.kill("SIGINT"), { once: true });
  const quiet = flags.quiet === true || flags.json === true;
  const terminal = await openTerminal({ surroundings, stream: stdout, flags: { ...flags, quiet } });
  let exitCode: ExitCode = EXIT.bug;
  const ended = once(owner, "exit");
  for await (const line of createInterface(owner.stdout)) {
    const message = JSON.parse(line) as Stamped<RunEvent> | { type: "exit"; code: ExitCode };
    if (message.type === "exit") {
      exitCode = message.code;
      break;
    }
    if (flags.json === true) stdout.write(`${line}\n`);
    else terminal.take(message);
  }
  terminal.close();
  if (owner.exitCode === null && exitCode === EXIT.bug) await ended;
  // A kept run's owner lives on; this process must not wait for it.
  owner.unref();
  owner.stdin.destroy();
  owner.stdout.destroy();
  owner.stderr.destroy();
  return exitCode;
}
