import type { Agent, AgentProcess, ProcessExit, ProcessSpec } from "../agent/index.ts";
import type { Duration } from "../model/index.ts";
import { orAborted } from "../support/abort.ts";
import { isToolError, type ToolError } from "../support/error.ts";
import { suiteError } from "./errors.ts";
import { createLineGatherer } from "./lines.ts";

export type StreamName = "stdout" | "stderr";

export interface ProcessOptions {
  agent: Agent;
  process: ProcessSpec;
  /** Gets complete lines; the process is slowed down until it resolves. */
  onLines: (stream: StreamName, lines: Buffer) => Promise<void>;
  /** Its abort ends the process with `endings`, `grace` apart. What it writes meanwhile still counts. */
  signal: AbortSignal;
  /** Signals for the process group. Default: TERM, KILL. */
  endings?: readonly string[] | undefined;
  grace: Duration;
}

export interface ProcessEnd {
  /** Absent when it could not be started, or when nobody can tell any more how it ended. */
  exit?: ProcessExit | undefined;
  /** We told it to end. */
  interrupted: boolean;
  /** Why there is no exit. */
  error?: ToolError | undefined;
}

/** Runs a process in the container to its end, whatever that is. What the agent could not do is part of the answer. */
export async function runProcess(options: ProcessOptions): Promise<ProcessEnd> {
  const { signal } = options;
  if (signal.aborted) return { interrupted: true };
  const abandon = new AbortController();
  let ending: Disposable | undefined;
  const startAbort = () => abandon.abort(signal.reason);
  signal.addEventListener("abort", startAbort, { once: true });
  try {
    const process = await options.agent.run(options.process, abandon.signal);
    signal.removeEventListener("abort", startAbort);
    // Whoever reads the output sees a broken connection first; the exit's own failure is no second error.
    process.exit.catch(() => undefined);
    ending = endOnAbort({ ...options, running: process, giveUp: (error) => abandon.abort(error) });
    await passOutput({ ...options, running: process, abandoned: abandon.signal });
    const exit = await orAborted(process.exit, abandon.signal);
    return { exit, interrupted: signal.aborted };
  } catch (error) {
    abandon.abort(error);
    if (signal.aborted && error === signal.reason) return { interrupted: true };
    if (isToolError(error)) return { error, interrupted: signal.aborted };
    throw error;
  } finally {
    ending?.[Symbol.dispose]();
    signal.removeEventListener("abort", startAbort);
  }
}

async function passOutput(
  options: ProcessOptions & { running: AgentProcess; abandoned: AbortSignal },
): Promise<void> {
  const gatherers = { stdout: createLineGatherer(), stderr: createLineGatherer() };
  const { onLines, abandoned } = options;
  const chunks = options.running.output[Symbol.asyncIterator]();
  for (;;) {
    const next = await orAborted(chunks.next(), abandoned);
    if (next.done === true) break;
    const { stream, data } = next.value;
    const lines = gatherers[stream].push(data);
    if (lines !== undefined) await orAborted(onLines(stream, lines), abandoned);
  }
  for (const stream of ["stdout", "stderr"] as const) {
    const rest = gatherers[stream].end();
    if (rest !== undefined) await orAborted(onLines(stream, rest), abandoned);
  }
}

/** Sends one ending after the other once the signal aborts, then gives up. Disposing it stops that. */
function endOnAbort(
  options: ProcessOptions & { running: AgentProcess; giveUp: (error: ToolError) => void },
): Disposable {
  const { signal, running, grace } = options;
  const endings = [...(options.endings ?? ["TERM", "KILL"])];
  let timer: NodeJS.Timeout | undefined;

  function next(): void {
    const ending = endings.shift();
    if (ending === undefined) {
      options.giveUp(
        suiteError({
          code: "SUITE_STUCK",
          message: `${options.process.argv[0]} (process ${running.pid}) did not end within ${grace} ms of SIGKILL`,
          hint: "It probably waits for a device or a file system of the host; its container is removed all the same.",
        }),
      );
      return;
    }
    // A process that has just ended takes no signal, and a lost connection shows in its output.
    running.signal(ending).catch(() => undefined);
    timer = setTimeout(next, grace);
  }

  if (signal.aborted) next();
  else signal.addEventListener("abort", next, { once: true });
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      signal.removeEventListener("abort", next);
    },
  };
}
