import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { messageOf } from "../../support/error.ts";
import { cliError } from "../errors.ts";
import type { Surroundings } from "../surroundings.ts";

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;

/**
 * Runs a command to its end with this process's own streams, and gives its exit code, or 128 and the number of the signal that ended
 * it, as shells do. Signals are passed on, except those that a terminal sends to both. Fails with COMMAND_NOT_STARTED.
 */
export async function runChild(options: {
  surroundings: Surroundings;
  argv: readonly string[];
  /** Over this process's own environment. */
  env: Readonly<Record<string, string>>;
  /** Told of its process, once there is one. */
  onStart?: ((pid: number) => void) | undefined;
}): Promise<number> {
  const { surroundings, argv } = options;
  const { environment, stdin } = surroundings;
  const [file = "", ...args] = argv;
  let child: ChildProcess | undefined;
  // Before it starts: what is sent to both from the first moment on must end neither of them too early.
  const listeners = FORWARDED.map((name) => {
    const fromTerminal = stdin.isTTY === true && (name === "SIGINT" || name === "SIGQUIT");
    const listener = () => void (fromTerminal || child?.kill(name));
    process.on(name, listener);
    return () => process.off(name, listener);
  });
  try {
    const started = spawn(file, args, {
      cwd: environment.cwd,
      env: { ...environment.env, ...options.env },
      stdio: "inherit",
    });
    child = started;
    if (started.pid !== undefined) options.onStart?.(started.pid);
    return await new Promise<number>((resolve, reject) => {
      started.once("error", (error) => reject(notStarted(file, error)));
      started.once("exit", (code, signal) =>
        resolve(code ?? SIGNALLED + (signal === null ? 0 : constants.signals[signal])),
      );
    });
  } finally {
    for (const off of listeners) off();
  }
}

const SIGNALLED = 128;

function notStarted(file: string, cause: NodeJS.ErrnoException): Error {
  const reason = cause.code === "ENOENT" ? "there is no such program" : messageOf(cause);
  return cliError({
    code: "COMMAND_NOT_STARTED",
    message: `Cannot run ${file}: ${reason}.`,
    hint: "Give the command as words after --; for a shell's own syntax write -- sh -c '…'.",
    cause,
  });
}
