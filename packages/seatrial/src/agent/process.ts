import { deferred } from "../support/abort.ts";
import type { AgentProcess, ProcessExit, ProcessSpec } from "./agent.ts";
import type { Connection } from "./connection.ts";
import { agentError } from "./errors.ts";
import { openFrames } from "./frame-stream.ts";
import { brokenFrames, FRAME, type Frame, MAX_PAYLOAD, PROCESS_ANSWERS } from "./frames.ts";
import { createOutput } from "./output.ts";
import { checkExit, checkStarted, parseWith } from "./payloads.ts";

/** Starts a process in the container. Resolves when it runs; fails with PROCESS_NOT_STARTED. */
export async function runProcess(
  connection: Connection,
  spec: ProcessSpec,
  signal: AbortSignal,
): Promise<AgentProcess> {
  const what = `running ${spec.argv[0] ?? "a process"}`;
  const payload = json(spec);
  if (payload.length > MAX_PAYLOAD) {
    throw agentError({
      code: "PROCESS_NOT_STARTED",
      message: `${what} failed: its arguments and environment take ${payload.length} bytes, more than ${MAX_PAYLOAD}`,
      hint: "pass what is large in a file",
    });
  }
  const exchange = await connection.open({ method: "POST", path: "/v1/processes", what, body: true, signal });
  const { stream } = exchange;
  const output = createOutput({ pause: () => void stream.pause(), resume: () => void stream.resume() });
  const started = deferred<{ pid: number }>();
  const exit = deferred<ProcessExit>();
  // Whoever waits for them hears of it.
  started.promise.catch(() => undefined);
  exit.promise.catch(() => undefined);
  let state: "starting" | "running" | "ended" = "starting";

  function take({ kind, payload }: Frame): void {
    if ((kind === FRAME.started) !== (state === "starting")) {
      throw brokenFrames(`a frame of kind ${kind} comes while the process is ${state}`);
    }
    if (kind === FRAME.started) {
      started.resolve(parseWith(checkStarted, payload));
      state = "running";
    } else if (kind === FRAME.exit) {
      exit.resolve(parseWith(checkExit, payload));
      state = "ended";
      output.end();
    } else if (payload.length > 0) {
      output.push({ stream: kind === FRAME.stderr ? "stderr" : "stdout", data: payload });
    }
  }

  const frames = await openFrames(exchange, {
    what,
    first: { kind: FRAME.spec, payload },
    expected: PROCESS_ANSWERS,
    take,
    complete: () => state === "ended",
    failed(error) {
      started.reject(error);
      exit.reject(error);
      output.fail(error);
    },
  });
  const { pid } = await started.promise;
  return {
    pid,
    output,
    exit: exit.promise,
    async write(data) {
      const bytes = typeof data === "string" ? Buffer.from(data) : data;
      for (let at = 0; at < bytes.length; at += MAX_PAYLOAD) {
        await frames.send(FRAME.stdin, bytes.subarray(at, at + MAX_PAYLOAD));
      }
    },
    endInput: () => frames.send(FRAME.stdinEnd),
    signal: (name) => frames.send(FRAME.signal, json({ name })),
    resize: (size) => frames.send(FRAME.resize, json(size)),
  };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
