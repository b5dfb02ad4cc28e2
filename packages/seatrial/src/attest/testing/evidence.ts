import type { Digest, Outcome, SuiteOutcome, TestResult } from "../../model/index.ts";
import { digestOf } from "../../registry/index.ts";
import type { TestResultOptions } from "../test-result-statement.ts";

export const COMMIT = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d";
export const IMAGE_ID = digestOf("configuration");
export const FINISHED = Date.parse("2026-11-21T11:19:27.500Z");

/** A test that ended so. */
export function test(name: string, status: TestResult["status"] = "passed"): TestResult {
  return { group: "cart", name, status, duration: 3 };
}

/** A suite that passed in the image that ships. */
export function suite(change: Partial<SuiteOutcome> = {}): SuiteOutcome {
  return {
    name: "unit",
    runner: "go",
    imageId: IMAGE_ID,
    proof: { kind: "identical" },
    status: "passed",
    counts: { passed: 2, failed: 0, skipped: 1 },
    duration: 500,
    shards: 1,
    junit: { file: "junit/unit.xml", digest: digestOf("junit") },
    results: "results/unit",
    ...change,
  };
}

/** A run that passed, with one suite and one service. */
export function outcome(change: Partial<Outcome> = {}): Outcome {
  return {
    version: 1,
    run: "20261121-111917-eb9hmc",
    project: "shop",
    status: "passed",
    startedAt: "2026-11-21T11:19:17.000Z",
    duration: 10_500,
    engine: { name: "Docker Engine", version: "20.10.24", platform: "linux/amd64" },
    source: { commit: COMMIT, dirty: false },
    images: [image("release", IMAGE_ID)],
    services: [service("redis")],
    suites: [suite()],
    plan: digestOf("plan"),
    release: "release",
    problems: [],
    warnings: [],
    ...change,
  };
}

export function image(target: string, imageId: Digest): Outcome["images"][number] {
  return { target, imageId, layers: [], platform: "linux/amd64", size: 1, standIn: false };
}

export function service(name: string): Outcome["services"][number] {
  return {
    name,
    image: `${name}:8`,
    imageId: digestOf(name),
    standIn: true,
    snapshot: "none",
    status: "ready",
    log: `logs/${name}.log`,
  };
}

/** What a statement is made of: a suite of three tests. */
export function facts(change: Partial<TestResultOptions> = {}): TestResultOptions {
  return {
    subject: { name: "registry.example.com/shop", digest: digestOf("manifest"), imageId: IMAGE_ID },
    suite: "unit",
    attested: [change.suite ?? "unit"],
    outcomes: [outcome()],
    tests: [test("TestTotal"), test("TestEmpty"), test("TestSlow", "skipped")],
    version: "0.1.0",
    ...change,
  };
}
