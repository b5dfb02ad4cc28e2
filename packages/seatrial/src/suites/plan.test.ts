import { describe, expect, test } from "vitest";
import { checkSuite, planShards, selectSuites, suiteResults } from "./plan.ts";
import { suiteSpec } from "./testing/shard-run.ts";

describe("shards", () => {
  test("are counted from 1, each with a folder of its own", () => {
    expect(planShards(suiteSpec({ name: "unit", shards: 2 }))).toEqual([
      { index: 1, count: 2, name: "unit-1", results: "results/unit/shard-1" },
      { index: 2, count: 2, name: "unit-2", results: "results/unit/shard-2" },
    ]);
  });

  test("one alone needs neither number nor folder", () => {
    expect(planShards(suiteSpec({ name: "unit", shards: 4, shard: 3 }))).toEqual([
      { index: 3, count: 4, name: "unit-3", results: "results/unit/shard-3" },
    ]);
    expect(planShards(suiteSpec())).toEqual([{ index: 1, count: 1, name: "unit", results: "results/unit" }]);
  });

  test("a suite's name never leads out of the results", () => {
    for (const name of ["../../etc", "..", "a/b", "a\0b"])
      expect(suiteResults({ name })).toMatch(/^results\/[^/]+$/);
    expect(suiteResults({ name: ".." })).not.toContain("..");
  });
});

describe("selection", () => {
  const suites = [suiteSpec({ name: "unit" }), suiteSpec({ name: "integration" })];

  test("keeps the project's order, and takes all without names", () => {
    expect(selectSuites(suites, ["integration", "unit"])).toEqual(suites);
    expect(selectSuites(suites, [])).toEqual(suites);
  });

  test("refuses an unknown name and suggests a near one", async () => {
    await expect(() => selectSuites(suites, ["intgration"])).toThrowWithCode("SUITE_UNKNOWN");
    expect(() => selectSuites(suites, ["intgration"])).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("Did you mean integration?"), exitCode: 2 }),
    );
    expect(() => selectSuites([], ["unit"])).toThrow(
      expect.objectContaining({ hint: "This project has no suites." }),
    );
  });
});

describe("checks", () => {
  test("an unknown service in needs is refused with the ones that there are", async () => {
    const check = () => checkSuite(suiteSpec({ needs: ["postgress"] }), ["postgres", "redis"]);
    await expect(check).toThrowWithCode("SUITE_NEED_UNKNOWN");
    expect(check).toThrow(
      expect.objectContaining({ hint: "Did you mean postgres? Its services: postgres, redis." }),
    );
  });

  test("an app under test counts as a service", () => {
    const app = {
      name: "app",
      target: "release",
      ports: [80],
      env: {},
      readiness: { probes: [], deadline: 1000 },
    };
    expect(() => checkSuite(suiteSpec({ needs: ["app"], app }), [])).not.toThrow();
  });

  test.each([[{ runner: "go" as const }], [{ command: [] }], [{ timeout: 0 }], [{ timeout: Number.NaN }]])(
    "%j cannot work",
    async (changes) => {
      await expect(() => checkSuite(suiteSpec(changes), [])).toThrowWithCode("SUITE_INVALID");
    },
  );
});
