import path from "node:path";
import type { SuiteOutcome, TestResult } from "../model/index.ts";
import { digestOf } from "../registry/index.ts";
import { createJunitReader } from "../suites/index.ts";
import { messageOf } from "../support/error.ts";
import { evidenceInvalid } from "./evidence.ts";
import { readBounded } from "./read-bounded.ts";

/** The largest JUnit file of a suite that is read, in bytes. */
const LARGEST = 512_000_000;

/**
 * The tests of a suite from the JUnit file of its run, which must be the one that the outcome speaks of and have as many tests of each
 * kind; undefined when the file was not brought along. Fails with EVIDENCE_INVALID.
 */
export async function readSuiteTests(options: {
  /** Of the run. */
  folder: string;
  suite: SuiteOutcome;
  signal: AbortSignal;
}): Promise<TestResult[] | undefined> {
  const { folder, suite, signal } = options;
  if (suite.junit === undefined) return undefined;
  const file = path.resolve(folder, suite.junit.file);
  if (!file.startsWith(path.resolve(folder) + path.sep))
    throw evidenceInvalid(suite.junit.file, "it lies outside of its run's folder");
  let bytes: Buffer;
  try {
    bytes = await readBounded({ file, limit: LARGEST, signal });
  } catch (error) {
    signal.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw evidenceInvalid(file, messageOf(error), error);
  }
  if (digestOf(bytes) !== suite.junit.digest)
    throw evidenceInvalid(file, "its digest is not the one in outcome.json");
  const tests: TestResult[] = [];
  const reader = createJunitReader((test) => tests.push(test));
  reader.write(bytes);
  const { broken } = reader.end();
  if (broken !== undefined) throw evidenceInvalid(file, `line ${broken.line}: ${broken.reason}`);
  const count = (status: TestResult["status"]) => tests.filter((test) => test.status === status).length;
  if (count("passed") !== suite.counts.passed || count("failed") !== suite.counts.failed)
    throw evidenceInvalid(
      file,
      `it has ${count("passed")} passed tests, outcome.json ${suite.counts.passed}`,
    );
  return tests;
}
