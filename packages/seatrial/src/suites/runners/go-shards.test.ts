import { describe, expect, test } from "vitest";
import { jobsFor, shardsByBinary, shareOf, splitPattern, testsIn } from "./go-shards.ts";

const binary = { path: "/out/a.test", package: "example.com/a" };

describe("shares", () => {
  test("all shards together have each item once, whatever their number", () => {
    for (let items = 0; items < 20; items += 1) {
      const all = Array.from({ length: items }, (_, at) => at);
      for (let count = 1; count < 8; count += 1) {
        const shares = Array.from({ length: count }, (_, at) => shareOf(all, { index: at + 1, count }));
        expect(shares.flat().sort((a, b) => a - b)).toEqual(all);
        const sizes = shares.map((share) => share.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }
    }
  });

  test("whole binaries are shared when there are enough of them", () => {
    expect(shardsByBinary({ binaries: 3, shard: { index: 1, count: 3 } })).toBe(true);
    expect(shardsByBinary({ binaries: 2, shard: { index: 1, count: 3 } })).toBe(false);
  });

  test("a pattern for subtests is never turned into a list", () => {
    expect(shardsByBinary({ binaries: 1, shard: { index: 1, count: 3 }, grep: "TestA/sub" })).toBe(true);
    expect(shardsByBinary({ binaries: 1, shard: { index: 1, count: 3 }, grep: "Test[/]A" })).toBe(false);
  });
});

describe("jobs", () => {
  test("name exactly the tests of a list", () => {
    const [job] = jobsFor(binary, ["TestA", "TestB"]);
    expect(job?.run).toBe("^(?:TestA|TestB)$");
    expect(
      ["TestA", "TestB", "TestAB", "XTestA"].filter((name) => new RegExp(job?.run ?? "").test(name)),
    ).toEqual(["TestA", "TestB"]);
  });

  test("split a list that fits into no argument, losing nothing", () => {
    const tests = Array.from({ length: 10_000 }, (_, at) => `TestWithAnAverageName${at}`);
    const jobs = jobsFor(binary, tests);
    expect(jobs.length).toBeGreaterThan(1);
    for (const job of jobs) expect(job.run?.length).toBeLessThan(100_000);
    const named = jobs.flatMap((job) => job.run?.slice("^(?:".length, -")$".length).split("|") ?? []);
    expect(named).toEqual(tests);
  });

  test("of no test are none", () => {
    expect(jobsFor(binary, [])).toEqual([]);
  });
});

test("a listing may hold other lines, and benchmarks are left out", () => {
  const listing = "starting up\nTestA\r\nBenchmarkB\nExampleC\nFuzzD\nTest_ünï\nTesting things\nok\n";
  expect(testsIn(listing)).toEqual(["TestA", "ExampleC", "FuzzD", "Test_ünï"]);
});

test("a pattern is cut at slashes outside of brackets and parentheses", () => {
  expect(splitPattern("TestA/b[/]c/(d/e)/f\\/g")).toEqual(["TestA", "b[/]c", "(d/e)", "f\\/g"]);
});
