import type { Duration } from "./duration.ts";

export type TestStatus = "passed" | "failed" | "skipped";

/** One test as its runner reported it. */
export interface TestResult {
  /** Package, file or class: what JUnit calls `classname`. */
  group: string;
  /** `TestX/sub` and the like, exactly as reported. */
  name: string;
  status: TestStatus;
  duration: Duration;
  /** Why it failed or was skipped, in one or a few lines. */
  message?: string | undefined;
  /** The test's own output, the last part of it when it is long. */
  output?: string | undefined;
}

export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
}
