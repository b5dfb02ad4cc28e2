/** A reader of ours, and what it is to survive. */
export interface Subject {
  name: string;
  /** Broken inputs, the same ones each time. */
  inputs(): Iterable<Buffer>;
  /** An answer, or a ToolError: nothing else may come of it. */
  read(input: Buffer): unknown;
}

/** What became of the inputs of a subject. */
export interface FuzzCounts {
  read: number;
  refused: number;
}
