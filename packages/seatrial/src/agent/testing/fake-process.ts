import type { ServerHttp2Stream } from "node:http2";
import { PassThrough, type Readable } from "node:stream";
import { deferred } from "../../support/abort.ts";
import type { ProcessExit, ProcessSpec } from "../agent.ts";
import { createFrameDecoder, createFrameEncoder, FRAME, type Frame } from "../frames.ts";
import { answerFailure } from "./fake-answer.ts";

/** What a scripted process does next. */
export type FakeStep =
  | { stdout: string | Uint8Array }
  | { stderr: string | Uint8Array }
  /** The exit code, or more about the end. The last step; code 0 without one. */
  | { exit: number | Partial<ProcessExit> };

/** What reaches a scripted process. */
export interface FakeProcessIo {
  readonly stdin: Readable;
  /** The next signal that was sent to it, in order. */
  nextSignal(): Promise<string>;
  /** Aborts when the owner has dropped the process. */
  readonly dropped: AbortSignal;
}

/** A process as steps (an array or a generator, which may wait), or why it cannot be started. */
export type FakeProcess = AsyncIterable<FakeStep> | Iterable<FakeStep> | { refuse: string };
export type FakeProcessScript = (spec: ProcessSpec, io: FakeProcessIo) => FakeProcess;

const OWNER_KINDS = [FRAME.spec, FRAME.stdin, FRAME.stdinEnd, FRAME.signal, FRAME.resize];
const ENDED: ProcessExit = {
  code: 0,
  signal: null,
  outOfMemory: false,
  duration: 1,
  maxMemoryBytes: 0,
  cpu: 1,
};

/** Serves one process request by a script. */
export function serveFakeProcess(
  stream: ServerHttp2Stream,
  options: { script: FakeProcessScript; pid: number; onSpec: (spec: ProcessSpec) => void },
): void {
  const decoder = createFrameDecoder(OWNER_KINDS);
  const stdin = new PassThrough();
  const signals = new PassThrough({ objectMode: true });
  const dropped = new AbortController();
  const io: FakeProcessIo = {
    stdin,
    dropped: dropped.signal,
    async nextSignal() {
      const next = await signals[Symbol.asyncIterator]().next();
      return next.value;
    },
  };

  function take({ kind, payload }: Frame): void {
    if (kind === FRAME.spec) {
      const spec = JSON.parse(payload.toString()) as ProcessSpec;
      options.onSpec(spec);
      if (spec.stdin !== true) stdin.end();
      void play(stream, options.script(spec, io), options.pid);
    } else if (kind === FRAME.stdin) stdin.write(payload);
    else if (kind === FRAME.stdinEnd) stdin.end();
    else if (kind === FRAME.signal) signals.write((JSON.parse(payload.toString()) as { name: string }).name);
  }

  stream.on("data", (chunk: Buffer) => {
    for (const frame of decoder.push(chunk)) take(frame);
  });
  stream.once("end", () => stdin.end());
  stream.once("close", () => dropped.abort());
}

async function play(stream: ServerHttp2Stream, process: FakeProcess, pid: number): Promise<void> {
  if ("refuse" in process) {
    answerFailure(stream, { status: 422, code: "PROCESS_NOT_STARTED", message: process.refuse });
    return;
  }
  const encode = createFrameEncoder();
  // One after the other: when a step is taken, what came before it has left.
  const send = async (kind: number, payload: Uint8Array | string) => {
    if (stream.destroyed) return;
    const left = deferred<void>();
    stream.once("close", left.resolve);
    stream.write(encode(kind, Buffer.from(payload)), () => left.resolve());
    await left.promise;
    stream.removeListener("close", left.resolve);
  };
  let exit = ENDED;
  stream.respond({ ":status": 200 });
  await send(FRAME.started, JSON.stringify({ pid }));
  for await (const step of process) {
    if (stream.destroyed) return;
    if ("stdout" in step) await send(FRAME.stdout, step.stdout);
    else if ("stderr" in step) await send(FRAME.stderr, step.stderr);
    else exit = { ...ENDED, ...(typeof step.exit === "number" ? { code: step.exit } : step.exit) };
  }
  await send(FRAME.exit, JSON.stringify(exit));
  stream.end();
}
