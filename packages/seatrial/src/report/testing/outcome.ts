import type { Outcome, SuiteOutcome, TestResult } from "../../model/index.ts";

/** A run that passed, with nothing in it. */
export function outcomeWith(changes: Partial<Outcome> = {}): Outcome {
  return {
    version: 1,
    run: "r1",
    project: "shop",
    status: "passed",
    startedAt: "2030-01-01T00:00:00.000Z",
    duration: 4_200,
    engine: { name: "Engine", version: "1", platform: "linux/amd64" },
    source: {},
    images: [],
    services: [],
    suites: [],
    problems: [],
    warnings: [],
    ...changes,
  };
}

/** A suite that passed with one test. */
export function suiteWith(changes: Partial<SuiteOutcome> = {}): SuiteOutcome {
  return {
    name: "unit",
    runner: "command",
    status: "passed",
    counts: { passed: 1, failed: 0, skipped: 0 },
    duration: 1_500,
    shards: 1,
    results: "results/unit",
    ...changes,
  };
}

export function testWith(changes: Partial<TestResult> = {}): TestResult {
  return { group: "cart", name: "TestAdd", status: "passed", duration: 20, ...changes };
}
