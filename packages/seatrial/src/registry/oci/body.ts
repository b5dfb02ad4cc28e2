import type { Traffic } from "../../model/index.ts";
import { exchangeFailure, TransportFailure } from "./failure.ts";
import type { Answer } from "./transport.ts";

export interface BodyOptions {
  /** The longest pause between two chunks, in milliseconds. */
  stall: number;
  traffic: Traffic;
  signal: AbortSignal;
}

/** The chunks of a body. Fails with a TransportFailure when it breaks off or stalls, or with the signal's reason. */
export async function* chunksOf({ body }: Answer, options: BodyOptions): AsyncGenerator<Buffer> {
  const { stall, traffic, signal } = options;
  const onAbort = () => body.destroy(new Error("aborted"));
  const late = () =>
    body.destroy(
      new TransportFailure("late", `its answer stopped for ${stall / 1000} s`, { silentMs: stall }),
    );
  let clock = setTimeout(late, stall);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      // Whoever takes their time with a chunk is no reason to give up on the registry.
      clearTimeout(clock);
      traffic.bytesDown += chunk.length;
      yield chunk;
      clock = setTimeout(late, stall);
    }
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw exchangeFailure(cause, false);
  } finally {
    clearTimeout(clock);
    signal.removeEventListener("abort", onAbort);
    body.destroy();
  }
}

/** The whole body; undefined when it is larger than `max` bytes. */
export async function bytesOf(
  answer: Answer,
  options: BodyOptions & { max: number },
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunksOf(answer, options)) {
    size += chunk.length;
    if (size > options.max) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
