import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { loadProject } from "../config/index.ts";
import { lcov, writeUnit } from "../coverage/testing/units.ts";
import { coverageGate } from "./coverage-gate.ts";
import { type At, at } from "./testing/at.ts";

const FILES = {
  Dockerfile: "FROM debian AS release\n",
  "src/a.ts": "one\ntwo\nthree\nfour\n",
};
const UNIT = lcov("src/a.ts", 1, 1, 0, 0);
const API = lcov("src/a.ts", 0, 1, 1, 0);

/** A project with two suites and these rules. */
async function project(coverage: string): Promise<At> {
  return await at({
    ...FILES,
    "seatrial.yaml": `name: shop\nsuites: { unit: { command: a }, api: { command: b } }\n${coverage}`,
  });
}

/** What a job left of its suite: `reached` is an lcov report of each source. */
async function ran(here: At, run: string, reached: Record<string, string>, commit?: string) {
  const folder = path.join(here.path, ".seatrial/runs", run);
  await mkdir(path.join(folder, "coverage"), { recursive: true });
  for (const [source, report] of Object.entries(reached))
    await writeUnit(
      path.join(folder, "coverage/units"),
      source,
      { "reports/lcov.info": report },
      { run, commit },
    );
  return { run, folder, suites: Object.keys(reached) };
}

async function judged(here: At, runs: Awaited<ReturnType<typeof ran>>[]) {
  const { environment } = here.surroundings;
  const loaded = await loadProject({ environment, builtin: async () => undefined });
  const signal = new AbortController().signal;
  const gate = coverageGate({ project: loaded, env: environment.env, signal });
  const { refusals, warnings } = (await gate?.(runs)) ?? { refusals: [], warnings: [] };
  return { asks: gate !== undefined, codes: refusals.map(({ code }) => code), refusals, warnings };
}

describe("the coverage that a release asks for", () => {
  it("is that of all jobs together: each reaches half, both three quarters", async () => {
    for (const [minimum, codes] of [
      [75, []],
      [76, ["COVERAGE_TOO_LOW"]],
    ] as const) {
      await using here = await project(`coverage: { minimum: ${minimum} }\n`);
      const runs = [await ran(here, "r1", { unit: UNIT }), await ran(here, "r2", { api: API })];
      expect((await judged(here, runs)).codes).toEqual(codes);
    }
  });

  it.each([
    ["the total", "{ total: 76 }", "In total"],
    ["files", '{ files: { "src/**": 80 } }', "src/**"],
    ["one source", "{ sources: { unit: 60 } }", "unit"],
  ])("binds in %s", async (_what, minimum, named) => {
    await using here = await project(`coverage: { minimum: ${minimum} }\n`);
    const runs = [await ran(here, "r1", { unit: UNIT }), await ran(here, "r2", { api: API })];
    const { refusals } = await judged(here, runs);
    expect(refusals).toMatchObject([{ code: "COVERAGE_TOO_LOW", message: expect.stringContaining(named) }]);
  });

  it("counts a suite in the run that counts, and not what an earlier run of it reached", async () => {
    await using here = await project("coverage: { minimum: 75 }\n");
    const earlier = await ran(here, "r1", { unit: lcov("src/a.ts", 1, 1, 1, 1), api: API });
    const runs = [
      { ...earlier, suites: ["api"] },
      await ran(here, "r2", { unit: lcov("src/a.ts", 1, 0, 0, 0) }),
    ];
    expect((await judged(here, runs)).codes).toEqual([]);
    expect((await judged(here, [{ ...earlier, suites: ["api"] }])).codes).toEqual(["COVERAGE_TOO_LOW"]);
  });

  it("must have been measured by every job", async () => {
    await using here = await project("coverage: { minimum: 10 }\n");
    const unmeasured = { run: "r2", folder: path.join(here.path, ".seatrial/runs/r2"), suites: ["api"] };
    const { refusals } = await judged(here, [await ran(here, "r1", { unit: UNIT }), unmeasured]);
    expect(refusals).toMatchObject([
      { code: "COVERAGE_NOT_FOUND", message: expect.stringContaining("Run r2, of api") },
    ]);
  });

  it("must have come from the sources that are named, but those elsewhere", async () => {
    await using here = await project("coverage: { sources: [unit, api, e2e], elsewhere: [e2e] }\n");
    const both = [await ran(here, "r1", { unit: UNIT }), await ran(here, "r2", { api: API })];
    expect((await judged(here, both)).codes).toEqual([]);
    expect((await judged(here, both.slice(0, 1))).codes).toEqual(["COVERAGE_SOURCE_MISSING"]);
  });

  it("is of one commit", async () => {
    await using here = await project("coverage: { minimum: 10 }\n");
    const [a, b] = ["a".repeat(40), "b".repeat(40)];
    const runs = [await ran(here, "r1", { unit: UNIT }, a), await ran(here, "r2", { api: API }, b)];
    expect((await judged(here, runs)).codes).toEqual(["COVERAGE_COMMITS_DIFFER"]);
  });

  it("is nothing without rules, and says what is not judged", async () => {
    for (const coverage of ["", "coverage: {}\n"]) {
      await using here = await project(coverage);
      expect((await judged(here, [])).asks).toBe(false);
    }
    await using here = await project(
      'coverage: { minimum: { total: 10, changed: 90 }, diff: "${BASE:-}" }\n',
    );
    const { codes, warnings } = await judged(here, [await ran(here, "r1", { unit: UNIT, api: API })]);
    expect({ codes, warnings }).toEqual({
      codes: [],
      warnings: [expect.stringContaining("changed lines is not judged")],
    });
  });

  it("refuses where git does not know what changed", async () => {
    await using here = await project("coverage: { minimum: { changed: 90 }, diff: origin/main }\n");
    await writeFile(path.join(here.path, "new.ts"), "");
    const { codes } = await judged(here, [await ran(here, "r1", { unit: UNIT, api: API })]);
    expect(codes).toEqual(["COVERAGE_CHANGES_UNKNOWN"]);
  });
});
