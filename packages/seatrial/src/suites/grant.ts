/** What a process that runs tests finds in its environment beside what its suite has, for as long as it runs. */
export interface ProcessGrant {
  env: Record<string, string>;
  /** Takes it back, once the process has ended and its tests are known. Never rejects. */
  release(outcome: "passed" | "failed"): Promise<void>;
}

/** Asked before each process that runs tests; `process` is the package of a Go binary, and empty for a suite's only process. */
export type GrantProcess = (process: string, signal: AbortSignal) => Promise<ProcessGrant>;
