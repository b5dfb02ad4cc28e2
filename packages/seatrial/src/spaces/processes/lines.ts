import { StringDecoder } from "node:string_decoder";
import type { OutputChunk } from "../../agent/index.ts";

const KEPT = 20;
/** Longer lines are cut: a server's own lines are short. */
const LONGEST = 4_096;

/** A running process's output, read to its end. */
export interface WatchedLines {
  /** The next line, from now on, that matches; undefined when the output ended before. */
  next(pattern: RegExp): Promise<string | undefined>;
  /** The last lines, oldest first. */
  last(): string[];
}

/** Reads the output for as long as it comes, so that the process never waits for a reader. */
export function watchLines(output: AsyncIterable<OutputChunk>): WatchedLines {
  const kept: string[] = [];
  const waiting = new Set<{ pattern: RegExp; resolve: (line: string | undefined) => void }>();
  const rest = { stdout: "", stderr: "" };
  const decoders = { stdout: new StringDecoder(), stderr: new StringDecoder() };
  let over = false;

  function take(line: string): void {
    if (line === "") return;
    kept.push(line);
    if (kept.length > KEPT) kept.shift();
    for (const each of waiting) {
      if (!each.pattern.test(line)) continue;
      waiting.delete(each);
      each.resolve(line);
    }
  }

  async function read(): Promise<void> {
    try {
      for await (const { stream, data } of output) {
        const lines = (rest[stream] + decoders[stream].write(data)).split("\n");
        rest[stream] = (lines.pop() ?? "").slice(0, LONGEST);
        for (const line of lines) take(line.slice(0, LONGEST).trimEnd());
      }
    } catch {
      // How a process ended is told by its exit.
    }
    for (const line of Object.values(rest)) take(line.trimEnd());
    over = true;
    for (const { resolve } of waiting) resolve(undefined);
  }

  void read();
  return {
    last: () => [...kept],
    next(pattern) {
      if (over) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        waiting.add({ pattern, resolve });
      });
    },
  };
}
