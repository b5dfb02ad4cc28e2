import type { Agent, AgentProcess, ProcessExit, ProcessSpec } from "../../agent/index.ts";
import type { Duration, ImageConfig, Log } from "../../model/index.ts";
import { isToolError, messageOf } from "../../support/error.ts";
import { type CommandOutput, createCapture } from "./capture.ts";

export interface CommandOptions {
  agent: Agent;
  process: ProcessSpec;
  limit: Duration;
  /** What it writes goes there too. */
  log?: Log | undefined;
  signal: AbortSignal;
}

/** How a command in a container ended. */
export type CommandEnd =
  | ({ kind: "ended"; exit: ProcessExit } & CommandOutput)
  /** It was still running at its limit, and was killed. */
  | ({ kind: "late" } & CommandOutput)
  /** Nothing with its name is there. */
  | { kind: "missing"; reason: string }
  /** It is there, or may be, and cannot be started. */
  | { kind: "refused"; reason: string };

/** Runs a command in a container to its end, or kills it at its limit. */
export async function runCommand(options: CommandOptions): Promise<CommandEnd> {
  const { signal, log } = options;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), options.limit);
  const output = createCapture();
  try {
    const either = AbortSignal.any([signal, late.signal]);
    const process: AgentProcess = await options.agent.run(options.process, either);
    for await (const { stream, data } of process.output) {
      output.add(stream, data);
      await log?.write(stream, data);
    }
    return { kind: "ended", exit: await process.exit, ...output.texts() };
  } catch (error) {
    signal.throwIfAborted();
    if (late.signal.aborted) return { kind: "late", ...output.texts() };
    if (!isToolError(error, "PROCESS_NOT_STARTED")) throw error;
    const reason = messageOf(error).replace(/^running .*? failed: /, "");
    return { kind: isMissing(reason) ? "missing" : "refused", reason };
  } finally {
    clearTimeout(timer);
  }
}

/** The agent's own words, see agent/executable.go: a name that no folder of the PATH has, and a path where nothing is. */
function isMissing(reason: string): boolean {
  return /^cannot start ".*": (executable not found in \$PATH \(|does not exist$)/.test(reason);
}

/** A command as the image's own user would run it. */
export function imageProcess(
  image: ImageConfig,
  argv: readonly string[],
  changes: Partial<ProcessSpec> = {},
): ProcessSpec {
  return {
    argv: [...argv],
    workingDir: image.workingDir === "" ? "/" : image.workingDir,
    user: image.user === "" ? undefined : image.user,
    ...changes,
  };
}
