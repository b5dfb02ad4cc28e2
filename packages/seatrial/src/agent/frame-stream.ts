import type { ClientHttp2Stream } from "node:http2";
import { accepted, refusal } from "./answer.ts";
import { type Exchange, endedWell } from "./exchange.ts";
import { brokenFrames, createFrameDecoder, createFrameEncoder, FRAME, type Frame } from "./frames.ts";

/** Our side of the frames of one exchange. */
export interface FrameSender {
  /** Resolves when the frame is on its way. What comes after the stream's end is dropped. */
  send(kind: number, payload?: Uint8Array): Promise<void>;
}

export interface FrameStreamOptions {
  /** What is under way, for errors. */
  what: string;
  /** Sent with the request, before the agent has said yes. */
  first?: { kind: number; payload: Uint8Array } | undefined;
  /** The kinds that the agent may send. */
  expected: readonly number[];
  /** Takes a frame in its turn. Throws what is wrong with it. */
  take: (frame: Frame) => void;
  /** Nothing is missing: the stream may end, and no frame may come. */
  complete: () => boolean;
  /** Called once when the stream broke off before it was complete, or the agent sent `failed`. */
  failed: (error: Error) => void;
}

/** Exchanges frames from the agent's yes on. Fails when it says no; a frame against the rules later resets the stream. */
export async function openFrames(exchange: Exchange, options: FrameStreamOptions): Promise<FrameSender> {
  const { stream } = exchange;
  const encode = createFrameEncoder();
  const { first } = options;
  // A refusal says more than the write that fails with it.
  if (first !== undefined) stream.write(encode(first.kind, first.payload), () => undefined);
  await accepted(exchange, options.what);
  readFrames(exchange, options);
  return {
    async send(kind, payload) {
      if (stream.writableEnded || hasEnded(stream)) return;
      await new Promise<void>((resolve, reject) => {
        stream.write(encode(kind, payload), (error) => {
          // What a stream that ended well did not read any more is no loss.
          if (error === null || error === undefined || hasEnded(stream)) resolve();
          else void exchange.failure().then(reject);
        });
      });
    },
  };
}

function readFrames(exchange: Exchange, options: FrameStreamOptions): void {
  const { stream } = exchange;
  const decoder = createFrameDecoder(options.expected);
  let hasFailed = false;

  function fail(error: Error): void {
    if (hasFailed) return;
    hasFailed = true;
    exchange.cancel();
    options.failed(error);
  }

  function attempt(step: () => void): void {
    if (hasFailed) return;
    try {
      step();
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  function take(frame: Frame): void {
    if (options.complete()) throw brokenFrames(`a frame of kind ${frame.kind} comes after the last one`);
    if (frame.kind === FRAME.failed) throw refusal(frame.payload, options.what);
    options.take(frame);
  }

  const onClose = () => {
    if (!options.complete()) void exchange.failure().then(fail);
  };
  stream.on("data", (chunk: Buffer) =>
    attempt(() => {
      for (const frame of decoder.push(chunk)) take(frame);
    }),
  );
  stream.once("end", () => {
    if (endedWell(stream)) attempt(() => decoder.end());
    // Incomplete, the agent itself is going, and the connection with it.
    if (options.complete()) stream.end();
    else exchange.cancel();
  });
  if (stream.destroyed) onClose();
  else stream.once("close", onClose);
}

function hasEnded(stream: ClientHttp2Stream): boolean {
  return stream.closed && endedWell(stream);
}
