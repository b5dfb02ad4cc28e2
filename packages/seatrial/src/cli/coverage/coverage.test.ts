import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { writeUnit } from "../../coverage/testing/units.ts";
import { type At, at } from "../testing/at.ts";

const LCOV = "TN:\nSF:src/a.ts\nDA:1,1\nDA:2,0\nDA:3,0\nend_of_record\n";
const OTHER = LCOV.replace("DA:2,0", "DA:2,4");
const FILES = {
  "src/a.ts": "one\ntwo\nthree\n",
  "unit/lcov.info": LCOV,
  "api.info": OTHER,
  "seatrial.yaml": "name: shop\n",
  Dockerfile: "FROM scratch\n",
};

describe("coverage report", () => {
  it("puts reports together by source and prints who reached what", async () => {
    await using here = await at(FILES);
    expect(
      await here.seatrial(
        "coverage",
        "report",
        "--source",
        "unit=unit/lcov.info",
        "--source",
        "api=api.info",
      ),
    ).toBe(0);
    expect(here.stderr()).toBe("");
    expect(here.stdout()).toContain("src/a.ts");
    expect(here.stdout()).toMatch(/api +66\.7 % +2 +1/);
  });

  it("names a source after its file, and exits with 1 below the minimum", async () => {
    await using here = await at(FILES);
    expect(await here.seatrial("coverage", "report", "api.info", "--minimum", "66")).toBe(0);
    expect(await here.seatrial("coverage", "report", "api.info", "--minimum", "66.7%")).toBe(1);
    expect(here.stdout()).toContain("✖ In total: 66.6");
  });

  it("prints a report that is one file, and tells people beside it", async () => {
    await using here = await at(FILES);
    expect(await here.seatrial("coverage", "report", "api.info", "--format", "lcov")).toBe(0);
    expect(here.stdout()).toMatch(/^TN:\nSF:src\/a\.ts\n/);
    expect(here.stderr()).toContain("together");
  });

  it("writes reports into a folder, and says which", async () => {
    await using here = await at(FILES);
    expect(
      await here.seatrial("coverage", "report", "api.info", "--format", "html", "cobertura", "--into", "out"),
    ).toBe(0);
    expect(here.stdout()).toContain("wrote out/cobertura.xml");
    expect(await readFile(path.join(here.path, "out/html/index.html"), "utf8")).toContain("66.7 %");
    expect(await here.seatrial("coverage", "report", "api.info", "--format", "html")).toBe(0);
    expect(here.stdout()).toContain("wrote .seatrial/coverage-report/html/index.html");
  });

  it("prints the outcome as JSON", async () => {
    await using here = await at(FILES);
    expect(await here.seatrial("coverage", "report", "api.info", "--json")).toBe(0);
    expect(JSON.parse(here.stdout())).toMatchObject({
      status: "passed",
      sources: [{ name: "api", profiles: 1 }],
    });
  });

  it.each([
    [["away.info"], "COVERAGE_NOT_FOUND"],
    [[], "COVERAGE_NOT_FOUND"],
    [["src"], "COVERAGE_NOT_FOUND"],
    [["src/a.ts"], "COVERAGE_INPUT_INVALID"],
    [["--source", "unit"], "SOURCE_INVALID"],
    [["api.info", "--minimum", "most"], "PERCENT_INVALID"],
    [["api.info", "--minimum", "101"], "PERCENT_INVALID"],
    [["api.info", "--diff", "origin/main"], "COVERAGE_CHANGES_UNKNOWN"],
  ])("%j is refused with %s", async (argv, code) => {
    await using here = await at(FILES);
    expect(await here.seatrial("coverage", "report", ...argv)).toBe(2);
    expect(here.stderr()).toContain(`[${code}]`);
  });

  it("holds all there is to the project's rules, and what is named only to those of flags", async () => {
    const rules = "coverage: { minimum: 90, sources: [e2e], elsewhere: [e2e] }\n";
    await using here = await at({ ...FILES, "seatrial.yaml": `name: shop\n${rules}` });
    expect(await here.seatrial("coverage", "report", "api.info")).toBe(0);
    expect(
      await here.seatrial("coverage", "merge", "--source", "api=api.info", "--into", ".seatrial/coverage/r1"),
    ).toBe(0);
    expect(await here.seatrial("coverage", "report")).toBe(1);
    expect(here.stdout()).toContain("✖ The source e2e was expected");
    expect(here.stdout()).toContain("90 % wanted");
  });
});

describe("coverage report --rules", () => {
  const ran = async (here: At, run: string, report: string) =>
    await writeUnit(
      path.join(here.path, ".seatrial/runs", run, "coverage/units"),
      run,
      { "reports/lcov.info": report },
      { run },
    );
  const withRules = (rules: string) => ({
    ...FILES,
    "seatrial.yaml": `name: shop\nsuites: { unit: { command: a }, api: { command: b } }\n${rules}`,
  });

  it("holds what the jobs of a pipeline reached together to the project's rules, but those of elsewhere", async () => {
    for (const [minimum, code] of [
      [66, 0],
      [67, 1],
    ] as const) {
      await using here = await at(
        withRules(`coverage: { minimum: ${minimum}, sources: [e2e, unit], elsewhere: [e2e] }\n`),
      );
      await ran(here, "unit", LCOV);
      await ran(here, "api", OTHER);
      const argv = ["coverage", "report", ".seatrial/runs", "--rules", "--format", "html"];
      expect(await here.seatrial(...argv), here.stdout()).toBe(code);
      expect(here.stdout()).toMatch(/all files +66\.7 %/);
      // Also where it is not enough: pipelines keep it.
      const report = path.join(here.path, ".seatrial/coverage-report/html/index.html");
      expect(await readFile(report, "utf8")).toContain("66.7 %");
      expect(await here.seatrial("coverage", "report", ".seatrial/runs")).toBe(0);
    }
  });

  it("asks for the source that a job did not leave", async () => {
    await using here = await at(withRules("coverage: { minimum: 10, sources: [api, unit] }\n"));
    await ran(here, "unit", LCOV);
    expect(await here.seatrial("coverage", "report", ".seatrial/runs", "--rules")).toBe(1);
    expect(here.stdout()).toContain("✖ The source api was expected");
  });

  it("says which rule it cannot judge, and refuses a project without any", async () => {
    await using here = await at(withRules("coverage: { minimum: { changed: 90 }, diff: $NO_BASE }\n"));
    await ran(here, "unit", LCOV);
    expect(await here.seatrial("coverage", "report", ".seatrial/runs", "--rules")).toBe(0);
    expect(here.stderr()).toBe(
      "warning: coverage of changed lines is not judged: coverage.diff is empty here\n",
    );
    await using without = await at(FILES);
    expect(await without.seatrial("coverage", "report", "api.info", "--rules")).toBe(2);
    expect(without.stderr()).toContain("[COVERAGE_RULES_MISSING]");
  });
});

describe("coverage merge", () => {
  it("makes one unit of each source, which is read like any other, and never merges into it", async () => {
    await using here = await at(FILES);
    const merge = [
      "coverage",
      "merge",
      "--source",
      "unit=unit/lcov.info",
      "--source",
      "unit=api.info",
      "--into",
      "merged",
    ];
    expect(await here.seatrial(...merge)).toBe(0);
    expect(here.stdout()).toContain("wrote merged/unit/merged: unit");
    expect(await here.seatrial("coverage", "report", "merged", "--json")).toBe(0);
    const outcome = JSON.parse(here.stdout().trim().split("\n").at(-1) ?? "");
    expect(outcome).toMatchObject({
      sources: [{ name: "unit", totals: { lines: { covered: 2, total: 3 } } }],
    });
    expect(await here.seatrial(...merge)).toBe(2);
    expect(here.stderr()).toContain("[COVERAGE_NOT_WRITTEN]");
  });

  it("says when all had ended, and not where one had not", async () => {
    const unit = (instance: string, endedAt?: string) =>
      JSON.stringify({
        ...{ version: 1, run: "r", service: "api", instance, boot: "1", endedAt },
        ...{ startedAt: "2026-01-02T10:15:00Z", argv: [], workingDir: "/app", files: [], problems: [] },
      });
    await using here = await at({
      ...FILES,
      "units/api/1/1/manifest.json": unit("1", "2026-01-02T10:16:00Z"),
      "units/api/2/1/manifest.json": unit("2", "2026-01-02T10:17:00Z"),
      "more/api/3/1/manifest.json": unit("3"),
    });
    const merged = async (into: string, ...inputs: string[]) => {
      expect(await here.seatrial("coverage", "merge", ...inputs, "--into", into)).toBe(0);
      return JSON.parse(await readFile(path.join(here.path, into, "api/merged/1/manifest.json"), "utf8"));
    };
    expect(await merged("whole", "units")).toMatchObject({ endedAt: "2026-01-02T10:17:00Z", problems: [] });
    const partial = await merged("partial", "units", "more");
    expect(partial.endedAt).toBeUndefined();
    expect(partial.problems).toMatchObject([{ code: "COVERAGE_UNIT_UNENDED" }]);
  });

  it("keeps statements and packages of Go's text", async () => {
    const text = "mode: set\nexample.com/shop/a.go:1.1,3.2 2 1\nexample.com/shop/a.go:5.1,6.2 1 0\n";
    await using here = await at({
      "go.mod": "module example.com/shop\n",
      "a.go": "package shop\n",
      "unit.out": text,
    });
    expect(
      await here.seatrial("coverage", "merge", "unit.out", "--into", "merged", "--go-text", "all.out"),
    ).toBe(0);
    expect(await readFile(path.join(here.path, "all.out"), "utf8")).toBe(text.replace("set", "atomic"));
    expect(await here.seatrial("coverage", "report", "merged")).toBe(0);
    expect(here.stdout()).toMatch(/a\.go +66\.7 %/);
    expect(here.stdout()).not.toContain("example.com");
  });
});

describe("coverage diff", () => {
  async function changed() {
    const here = await at(FILES, { PATH: process.env["PATH"] ?? "" });
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
        cwd: here.path,
        stdio: "pipe",
      });
    git("init", "-q", "-b", "main");
    git("add", "src");
    git("commit", "-qm", "x");
    await writeFile(path.join(here.path, "src/a.ts"), "changed\ntwo\nchanged\n");
    return here;
  }

  it("prints changed lines that nothing reached, by file and line", async () => {
    await using here = await changed();
    expect(await here.seatrial("coverage", "diff", "api.info", "--base", "main")).toBe(0);
    expect(here.stdout()).toBe("src/a.ts:3\n50.0 % of 2 changed lines are covered (since main)\n");
    expect(await here.seatrial("coverage", "diff", "api.info", "--base", "main", "--minimum", "51")).toBe(1);
    expect(here.stdout()).toContain("51 % wanted");
  });

  it("prints the same as JSON", async () => {
    await using here = await changed();
    expect(await here.seatrial("coverage", "diff", "api.info", "--base", "main", "--json")).toBe(0);
    expect(JSON.parse(here.stdout())).toMatchObject({
      count: { covered: 1, total: 2 },
      uncovered: [{ path: "src/a.ts", first: 3, last: 3 }],
    });
  });

  it("needs a base that git knows", async () => {
    await using here = await changed();
    expect(await here.seatrial("coverage", "diff", "api.info")).toBe(2);
    expect(await here.seatrial("coverage", "diff", "api.info", "--base", "origin/main")).toBe(2);
    expect(here.stderr()).toMatch(/BASE_MISSING[\s\S]*COVERAGE_BASE_UNKNOWN/);
  });
});

describe("what is read without a word", () => {
  const unit = (commit: string, run = "r") =>
    JSON.stringify({
      version: 1,
      run,
      service: "api",
      instance: "1",
      boot: "1",
      commit,
      startedAt: "2026-01-02T10:15:00Z",
      endedAt: "2026-01-02T10:16:00Z",
      argv: [],
      workingDir: "/app",
      files: [],
      problems: [],
    });

  it("is the latest run's units and what was pulled, and nothing else of the run", async () => {
    await using here = await at({
      ...FILES,
      ".seatrial/latest/events.ndjson": "",
      ".seatrial/latest/results/unit/reports/junit.xml": "<x/>",
      ".seatrial/coverage/r1/api/1/1/manifest.json": unit("1".repeat(40)),
    });
    expect(await here.seatrial("coverage", "report", "--json")).toBe(0);
    expect(JSON.parse(here.stdout())).toMatchObject({
      sources: [{ name: "api", problems: [] }],
      problems: [],
    });
    expect(await here.seatrial("coverage", "report", ".seatrial/latest")).toBe(2);
    expect(here.stderr()).toContain("[COVERAGE_NOT_FOUND]");
  });

  it("is refused where units of several runs were pulled, unless one is named, or all are forced", async () => {
    const commit = "1".repeat(40);
    await using here = await at({
      ...FILES,
      ".seatrial/coverage/4711/api/1/1/manifest.json": unit(commit, "4711"),
      ".seatrial/coverage/4712/api/1/1/manifest.json": unit(commit, "4712"),
    });
    for (const command of [["report"], ["merge", "--into", "merged"]])
      expect(await here.seatrial("coverage", ...command)).toBe(2);
    expect(here.stderr()).toContain("[COVERAGE_RUNS_DIFFER]");
    expect(here.stderr()).toContain("2 runs: 4711, 4712");
    expect(await here.seatrial("coverage", "report", ".seatrial/coverage/4712")).toBe(0);
    expect(await here.seatrial("coverage", "report", "--force")).toBe(0);
  });

  it("warns where it is of another commit than what is checked out", async () => {
    await using here = await at(
      { ...FILES, ".seatrial/coverage/r1/api/1/1/manifest.json": unit("1".repeat(40)) },
      { PATH: process.env["PATH"] ?? "" },
    );
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
        cwd: here.path,
        stdio: "pipe",
      });
    git("init", "-q");
    git("add", "src");
    git("commit", "-qm", "x");
    expect(await here.seatrial("coverage", "report")).toBe(0);
    expect(here.stdout()).toContain("The profiles are of commit 111111111111, and ");
  });
});
