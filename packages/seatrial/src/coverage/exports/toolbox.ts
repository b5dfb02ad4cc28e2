import type { FileSpec } from "../../model/index.ts";

/** A place that has a language's own tools: a container, and its files. */
export interface Toolbox {
  /** Files of this machine, to places there. */
  put(files: readonly FileSpec[], signal: AbortSignal): Promise<void>;
  /** Runs a program to its end, without a shell. Undefined when there is no such program. */
  run(argv: readonly string[], options: ToolRun): Promise<ToolResult | undefined>;
  /** Undefined when there is no such file. */
  read(path: string, signal: AbortSignal): Promise<Buffer | undefined>;
}

export interface ToolRun {
  /** Added to the place's own environment. */
  env?: Record<string, string> | undefined;
  cwd?: string | undefined;
  signal: AbortSignal;
}

export interface ToolResult {
  /** Null when a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}
