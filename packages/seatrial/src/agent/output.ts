import { type Deferred, deferred } from "../support/abort.ts";
import type { OutputChunk } from "./agent.ts";

/** Bytes held for a slow reader before the source is asked to wait. */
const HIGH_WATER = 256 * 1024;

/** A process's output between the stream that brings it and the one reader that takes it. */
export interface Output extends AsyncIterable<OutputChunk> {
  push(chunk: OutputChunk): void;
  /** No more comes. What is held is still read. */
  end(): void;
  /** No more comes, and why: thrown to the reader after what is held. */
  fail(error: unknown): void;
}

export interface OutputOptions {
  /** The reader is behind: bring no more for now. */
  pause: () => void;
  resume: () => void;
}

/** Holds at most 256 kB and what was already on its way. A reader that leaves early lets the rest be dropped, so that the process can end. */
export function createOutput(options: OutputOptions): Output {
  const held: OutputChunk[] = [];
  let bytes = 0;
  let paused = false;
  let abandoned = false;
  let over: { error?: unknown } | undefined;
  let arrival: Deferred<void> | undefined;

  function wake(): void {
    arrival?.resolve();
    arrival = undefined;
  }

  function flow(): void {
    const wanted = abandoned || bytes < HIGH_WATER;
    if (wanted === !paused) return;
    paused = !wanted;
    if (paused) options.pause();
    else options.resume();
  }

  async function next(): Promise<IteratorResult<OutputChunk, undefined>> {
    for (;;) {
      const chunk = held.shift();
      if (chunk !== undefined) {
        bytes -= chunk.data.length;
        flow();
        return { done: false, value: chunk };
      }
      if (over !== undefined) {
        if ("error" in over) throw over.error;
        return { done: true, value: undefined };
      }
      arrival ??= deferred();
      await arrival.promise;
    }
  }

  async function abandon(): Promise<IteratorResult<OutputChunk, undefined>> {
    abandoned = true;
    held.length = 0;
    bytes = 0;
    over ??= {};
    flow();
    wake();
    return { done: true, value: undefined };
  }

  return {
    push(chunk) {
      if (abandoned) return;
      held.push(chunk);
      bytes += chunk.data.length;
      flow();
      wake();
    },
    end() {
      over ??= {};
      wake();
    },
    fail(error) {
      over ??= { error };
      wake();
    },
    [Symbol.asyncIterator]: () => ({ next, return: abandon }),
  };
}
