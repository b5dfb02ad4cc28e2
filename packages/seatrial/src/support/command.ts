import { spawn } from "node:child_process";
import { deferred } from "./abort.ts";
import { openLifeline } from "./lifeline.ts";

export interface CommandOptions {
  argv: [string, ...string[]];
  workingDir?: string | undefined;
  /** The whole environment of the child. */
  env: Record<string, string | undefined>;
  /** Written to stdin, which is then closed. */
  input?: string | undefined;
  /** Called with each chunk; without it, output is collected. */
  onStdout?: ((chunk: Buffer) => void) | undefined;
  onStderr?: ((chunk: Buffer) => void) | undefined;
  /** Milliseconds between SIGTERM and SIGKILL after an abort. Default 2000. */
  grace?: number | undefined;
  /** For what can take long: it ends with this process, also when that is killed. Default: no. */
  lifeline?: boolean | undefined;
  signal: AbortSignal;
}

export interface CommandResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** What was not handed to `onStdout` and `onStderr`. */
  stdout: string;
  stderr: string;
}

const GRACE_MS = 2_000;

/**
 * Runs a program of this machine to its end. Rejects when it cannot be started (with the system's error, `code` ENOENT when
 * it is missing) or with the signal's reason after ending its whole process group.
 */
export async function runCommand(options: CommandOptions): Promise<CommandResult> {
  options.signal.throwIfAborted();
  const [file, ...args] = options.argv;
  using lifeline = options.lifeline === true ? openLifeline() : undefined;
  // A group of its own, so that abort reaches the program's children too.
  const child = spawn(file, args, {
    cwd: options.workingDir,
    env: options.env,
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  if (child.pid !== undefined) lifeline?.hold(child.pid);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", options.onStdout ?? ((chunk: Buffer) => stdout.push(chunk)));
  child.stderr.on("data", options.onStderr ?? ((chunk: Buffer) => stderr.push(chunk)));
  // A child that ends without reading its input is no error of ours.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");

  const done = deferred<CommandResult>();
  child.once("error", done.reject);
  child.once("close", (code, signal) =>
    done.resolve({
      code,
      signal,
      stdout: Buffer.concat(stdout).toString(),
      stderr: Buffer.concat(stderr).toString(),
    }),
  );
  const killGroup = (name: NodeJS.Signals) => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, name);
    } catch {
      // Already gone.
    }
  };
  let killTimer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    killGroup("SIGTERM");
    killTimer = setTimeout(() => killGroup("SIGKILL"), options.grace ?? GRACE_MS);
  };
  options.signal.addEventListener("abort", onAbort, { once: true });
  try {
    const result = await done.promise;
    options.signal.throwIfAborted();
    return result;
  } finally {
    clearTimeout(killTimer);
    options.signal.removeEventListener("abort", onAbort);
  }
}
