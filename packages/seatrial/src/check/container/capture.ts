import type { OutputChunk } from "../../agent/index.ts";

/** What a command wrote. */
export interface CommandOutput {
  stdout: string;
  stderr: string;
  /** More came than was kept. */
  cut: boolean;
}

/** 8 MiB of each stream: more than any test of a command's output looks at. */
const MOST_BYTES = 8 << 20;

/** Keeps the beginning of what a command writes. */
export interface Capture {
  add(stream: OutputChunk["stream"], data: Buffer): void;
  texts(): CommandOutput;
}

export function createCapture(limit = MOST_BYTES): Capture {
  const kept = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const bytes = { stdout: 0, stderr: 0 };
  let cut = false;
  return {
    add(stream, data) {
      const part = data.subarray(0, limit - bytes[stream]);
      cut ||= part.length < data.length;
      bytes[stream] += part.length;
      if (part.length > 0) kept[stream].push(part);
    },
    texts: () => ({
      stdout: Buffer.concat(kept.stdout).toString(),
      stderr: Buffer.concat(kept.stderr).toString(),
      cut,
    }),
  };
}
