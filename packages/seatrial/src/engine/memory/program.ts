import type { Duplex } from "node:stream";
import type { WorkloadExit, WorkloadSpec } from "../workload.ts";
import type { ContainerFiles } from "./files.ts";

/**
 * What a container's first process does, in place of a real program. It gives its exit code; an error it throws goes to stderr
 * and counts as code 1. When `signal` aborts the container was killed, and whatever it still gives is ignored.
 */
export type MemoryProgram = (container: MemoryContainer) => Promise<number | WorkloadExit>;

/** Programs by the first word of entrypoint and command; `*` is for every other word. */
export type MemoryPrograms = Readonly<Record<string, MemoryProgram>>;

export interface MemoryContainer {
  id: string;
  spec: WorkloadSpec;
  /** Entrypoint and command, the image's own where the workload says none. */
  argv: string[];
  /** The image's variables with the workload's over them. */
  env: Record<string, string>;
  /** Reading gives stdin, writing goes to stdout. Ends when the owner lets go of it. */
  stdio: Duplex;
  writeStderr(text: Buffer | string): void;
  files: ContainerFiles;
  signal: AbortSignal;
}
