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
  /** The services that were there for it, what they depend on included; absent in outcomes of the first versions. */
  needs?: string[] | undefined;
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
  /** Of a test image that only shares its first layers with what ships; absent when nobody has read it. */
  difference?: ImageDifference | undefined;
}

/** How the files of what ships and of the test image differ: by kind, size, rights and owner. Contents are not compared. */
export interface ImageDifference {
  /** They ship, and are not in the test image, or other ones there. */
  untested: PathList;
  /** They are in the test image, and do not ship. */
  unshipped: PathList;
}

/** Paths of which only some are named. */
export interface PathList {
  count: number;
  /** Some of them: the project's own before those of base images, then the largest. */
  paths: string[];
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

const MOST_NAMED = 3;

/** `3 paths: /app/main.py, /app/util.py, /etc/x`; `no path` when there is none. */
export function describePaths({ count, paths }: PathList): string {
  if (count === 0) return "no path";
  const named = paths.slice(0, MOST_NAMED).join(", ");
  const more = count > MOST_NAMED ? ", …" : "";
  return `${count} ${count === 1 ? "path" : "paths"}: ${named}${more}`;
}
