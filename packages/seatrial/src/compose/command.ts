import { existsSync } from "node:fs";
import { formatBytes, formatDuration } from "../model/index.ts";
import { orAborted, withDeadline } from "../support/abort.ts";
import { type CommandResult, runCommand } from "../support/command.ts";
import { dockerPluginCommand } from "../support/docker-plugin.ts";
import { composeMissing, pluginFailure, saysPluginIsMissing } from "./diagnosis.ts";
import { composeError } from "./errors.ts";

export interface ComposeCommandOptions {
  /** What follows `docker compose`. */
  args: readonly string[];
  workingDir: string;
  env: Record<string, string | undefined>;
  input?: string | undefined;
  /** Milliseconds. */
  deadline: number;
  signal: AbortSignal;
}

const LARGEST_OUTPUT = 32_000_000;

/** Runs the Compose plugin within a deadline and a limit of output. Fails with COMPOSE_MISSING, COMPOSE_TIMED_OUT or COMPOSE_FAILED. */
export async function runCompose(options: ComposeCommandOptions): Promise<CommandResult> {
  using limit = withDeadline(options.signal, {
    ms: options.deadline,
    error: () =>
      composeError({
        code: "COMPOSE_TIMED_OUT",
        message: `\`docker compose\` had not answered after ${formatDuration(options.deadline)}.`,
        hint: "Run `docker compose config` to see where it hangs (a remote include, a credential helper).",
      }),
  });
  const tooMuch = new AbortController();
  const out = collect(tooMuch);
  const err = collect(tooMuch);
  try {
    const compose = await dockerPluginCommand("compose", options.env);
    const ended = runCommand({
      argv: [...compose.argv, ...options.args],
      workingDir: options.workingDir,
      env: { ...options.env, ...compose.env },
      input: options.input,
      lifeline: true,
      onStdout: out.add,
      onStderr: err.add,
      signal: AbortSignal.any([limit.signal, tooMuch.signal]),
    });
    // A child that ignores SIGTERM is killed by runCommand a little later; nobody waits for that.
    ended.catch(() => undefined);
    const result = await orAborted(orAborted(ended, limit.signal), tooMuch.signal);
    if (result.code !== 0 && saysPluginIsMissing(err.text())) throw pluginFailure(err.text());
    return { ...result, stdout: out.text(), stderr: err.text() };
  } catch (error) {
    if (cannotBeStarted(error) && existsSync(options.workingDir)) throw composeMissing("docker", error);
    throw error;
  }
}

function collect(tooMuch: AbortController) {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return {
    add(chunk: Buffer): void {
      bytes += chunk.length;
      if (bytes <= LARGEST_OUTPUT) chunks.push(chunk);
      else tooMuch.abort(outputTooLarge());
    },
    text: () => Buffer.concat(chunks).toString(),
  };
}

function outputTooLarge(): Error {
  return composeError({
    code: "COMPOSE_FAILED",
    message: `\`docker compose config\` printed more than ${formatBytes(LARGEST_OUTPUT)}, which is no Compose file that can be run.`,
    hint: "Look at its output, and at the sizes of inlined configs and env files.",
  });
}

function cannotBeStarted(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EACCES");
}
