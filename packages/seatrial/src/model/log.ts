import type { NodeRef } from "./event.ts";

/** Keeps the whole output of every part of a run, secrets replaced. */
export interface Logs {
  open(node: NodeRef): Log;
  /** Resolves when everything is on disk. */
  close(): Promise<void>;
}

export interface Log {
  /** Relative to the run's folder. */
  readonly file: string;
  /** Resolves when the next chunk may be written: whoever waits for it slows its source down, and nothing piles up. */
  write(stream: "stdout" | "stderr", chunk: Uint8Array): Promise<void>;
  /** The last complete lines. */
  lastLines(count: number): string[];
}
