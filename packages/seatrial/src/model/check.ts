import type { Digest } from "./digest.ts";
import type { Duration } from "./duration.ts";
import type { Problem } from "./problem.ts";
import type { TestCounts, TestResult } from "./test-result.ts";

/** What can be asked of the release image; each is a file in `check/` and a group of test cases. */
export const CHECKS = [
  "absent",
  "no-sources",
  "user",
  "max-size",
  "secrets",
  "entrypoint",
  "files",
  "labels",
  "env",
  "waste",
  "structure",
] as const;

export type CheckName = (typeof CHECKS)[number];

/** What became of the checks of the release image. */
export interface CheckOutcome {
  status: "passed" | "failed" | "stopped" | "skipped";
  /** The image that was looked at. */
  imageId: Digest;
  counts: TestCounts;
  duration: Duration;
  /** One for each test case; `group` is `check.<name of the check>`. */
  results: TestResult[];
  reading?: ImageReading | undefined;
  /** Why the checks could not be carried out. */
  problem?: Problem | undefined;
}

/** What the layers of an image say about its size. */
export interface ImageReading {
  release: ImageSize;
  /** The image that suites run in, when it is another one. */
  test?: ImageSize | undefined;
  /** Bytes in the image that a later layer overwrites or deletes, by who made the layers. */
  waste: { own: number; base: number; paths: WastedPath[] };
}

export interface ImageSize {
  imageId: Digest;
  /** Bytes of its layers, unpacked. */
  uncompressed: number;
  /** Bytes of its layers as they travel: the engine's compressed ones, else gzip at its fastest, within some percent; absent when nobody has measured it. */
  transferred?: number | undefined;
  layers: number;
}

export interface WastedPath {
  path: string;
  bytes: number;
  /** How many layers hold it. */
  copies: number;
}
