import { execFileSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { COVERAGE_FORMATS, type CoverageRules } from "../model/index.ts";
import { createFolder } from "../support/testing/folder.ts";
import { type FinishOptions, finishCoverage } from "./finish.ts";
import { countersBytes, metaBytes } from "./formats/go/testing/profiles.ts";
import { add, smallProgram } from "./formats/go/testing/programs.ts";
import { lcov, writeUnit } from "./testing/units.ts";

const { signal } = new AbortController();
const RULES: CoverageRules = { files: {}, sources: {}, expected: [] };
const PROJECT = { "server/store.py": "def store():\n    pass\n\n\nstore()\n", "server/gen/__init__.py": "" };

async function project(files: Record<string, string> = PROJECT) {
  const folder = await createFolder(files);
  const run = path.join(folder.path, ".seatrial/runs/r1");
  const units = path.join(run, "coverage/units");
  const finish = (more: Partial<FinishOptions> = {}) =>
    finishCoverage({
      folder: run,
      units,
      rules: RULES,
      formats: ["text"],
      include: [],
      exclude: [],
      paths: {},
      root: folder.path,
      env: { PATH: process.env["PATH"] },
      time: 0,
      signal,
      ...more,
    });
  return {
    path: folder.path,
    run,
    units,
    finish,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

describe("finishCoverage", () => {
  it("says by source what was reached, names files as the project does, and writes every report", async () => {
    await using here = await project();
    await writeUnit(here.units, "unit", { "reports/lcov.info": lcov("/app/server/store.py", 1, 0) });
    await writeUnit(here.units, "api.app", { "reports/lcov.info": lcov("server/store.py", 0, 1) });
    const { text, ...outcome } = await here.finish({ formats: COVERAGE_FORMATS });
    expect(outcome).toMatchObject({
      status: "passed",
      percent: 100,
      sources: [
        { name: "api", percent: 50, only: 1, profiles: 1, problems: [] },
        { name: "unit", percent: 50, only: 1, profiles: 1, problems: [] },
      ],
      reports: {
        text: "coverage/coverage.txt",
        lcov: "coverage/lcov.info",
        cobertura: "coverage/cobertura.xml",
        html: "coverage/html/index.html",
        json: "coverage/coverage.json",
      },
      problems: [],
    });
    for (const file of Object.values(outcome.reports))
      expect((await readFile(path.join(here.run, file), "utf8")).length).toBeGreaterThan(50);
    expect(text).toContain("server/store.py");
    const [page = ""] = await readdir(path.join(here.run, "coverage/html/files"));
    expect(await readFile(path.join(here.run, "coverage/html/files", page), "utf8")).toContain(
      "def store():",
    );
  });

  it("leaves out what is excluded, and what is of dependencies", async () => {
    await using here = await project();
    await writeUnit(here.units, "unit", {
      "reports/a.info": lcov("/app/server/store.py", 1) + lcov("/app/server/gen/__init__.py", 0),
      "reports/b.info": lcov("/usr/lib/python3/site-packages/x/store.py", 0),
    });
    const outcome = await here.finish({ exclude: ["gen"] });
    expect(outcome).toMatchObject({
      percent: 100,
      totals: { lines: { covered: 1, total: 1 } },
      problems: [],
    });
    expect(await here.finish({ include: ["*.js"] })).toMatchObject({ totals: { lines: { total: 0 } } });
  });

  it("names files once that the project does not have, and shows no file that is not its own", async () => {
    await using here = await project({ ...PROJECT, "secret.txt": "password" });
    await writeUnit(here.units, "unit", {
      "reports/a.info": lcov("/etc/passwd", 1) + lcov("../../../../etc/hostname", 1),
    });
    const { problems = [] } = await here.finish({ formats: ["html"] });
    expect(problems.map(({ code }) => code)).toEqual(["COVERAGE_FILES_UNKNOWN"]);
    expect(problems[0]?.message).toContain("/etc/hostname, /etc/passwd");
    const folder = path.join(here.run, "coverage/html/files");
    for (const page of await readdir(folder)) {
      const html = await readFile(path.join(folder, page), "utf8");
      expect(html).toContain("The project does not have this file");
      expect(html).not.toContain("root:");
    }
  });

  it("fails what the rules ask for, and says all of it", async () => {
    await using here = await project();
    await writeUnit(here.units, "unit", { "reports/a.info": lcov("/app/server/store.py", 1, 0) });
    await writeUnit(
      here.units,
      "api",
      {},
      { problems: [{ code: "COVERAGE_NOT_FLUSHED", message: "Killed before it wrote." }] },
    );
    const outcome = await here.finish({ rules: { ...RULES, total: 80, expected: ["api", "unit"] } });
    expect(outcome.status).toBe("failed");
    expect(outcome.sources.map(({ name }) => name)).toEqual(["api", "unit"]);
    expect(
      outcome.judgements.filter(({ passed }) => !passed).map(({ rule, subject }) => [rule, subject]),
    ).toEqual([
      ["arrived", "api"],
      ["total", ""],
    ]);
    expect(outcome.text).toContain("server/store.py:2");
    expect(outcome.text).toContain("! api: Killed before it wrote.");
  });

  it("fails a minimum by default where a program that should have left profiles was killed, though tests left theirs", async () => {
    await using here = await project();
    const problems = [{ code: "COVERAGE_NOT_FLUSHED", message: "Killed before it wrote." }];
    const covered = { "reports/a.info": lcov("/app/server/store.py", 1, 1) };
    await writeUnit(here.units, "unit", covered);
    await writeUnit(here.units, "api", { "reports/a.info": lcov("/app/server/store.py", 1, 0) });
    // It only asks others: nothing is missing of it.
    await writeUnit(here.units, "asking", {});
    const rules = { ...RULES, total: 80 };
    expect(await here.finish({ rules })).toMatchObject({ status: "passed", judgements: [{ rule: "total" }] });
    await writeUnit(here.units, "api.app", {}, { problems });
    const killed = await here.finish({ rules });
    expect(killed.judgements).toMatchObject([
      { rule: "arrived", subject: "api", passed: false },
      { rule: "total", passed: true, found: 100 },
    ]);
    expect(killed.text).toContain("api.app left no profile that can be read. Killed before it wrote.");
    expect(await here.finish()).toMatchObject({ status: "passed", judgements: [] });
    // Another start of it that left profiles: its files count.
    await writeUnit(path.join(here.units, "again"), "api.app", covered);
    expect(await here.finish({ rules })).toMatchObject({ status: "passed" });
  });

  it.each([
    ["only meta data, whose program was killed", "killed", "COVERAGE_NOT_FLUSHED"],
    ["counters without their meta data", "orphaned", "COVERAGE_PROFILE_ORPHANED"],
    ["a broken report only", "broken", "COVERAGE_INPUT_INVALID"],
    ["broken profiles of Node only", "node", "COVERAGE_PROFILE_INVALID"],
  ] as const)("does not take a source for arrived that has %s, and says why", async (_what, state, code) => {
    await using here = await project();
    const { hash, bytes } = metaBytes(smallProgram());
    const counters = countersBytes(hash, { segments: [[add(1, 1, 1)]] });
    const files = {
      killed: { [`go/covmeta.${hash}`]: bytes },
      orphaned: { [`go/covcounters.${hash}.1.1700000000000000`]: counters },
      broken: { "reports/lcov.info": "nothing of the kind" },
      node: { "node/coverage-1-1-0.json": "{" },
    }[state];
    await writeUnit(here.units, "api", files);
    const outcome = await here.finish({ rules: { ...RULES, expected: ["api"] } });
    const [source] = outcome.sources;
    expect(source).toMatchObject({ profiles: 0, problems: [{ code }] });
    expect(outcome).toMatchObject({ status: "failed", judgements: [{ rule: "arrived", passed: false }] });
    expect(outcome.judgements[0]?.problem?.message).toContain(source?.problems[0]?.message);
    // Meta data tells which code there is: it counts as code that nothing reached.
    expect(outcome.totals.statements.total > 0).toBe(state === "killed");
    expect(outcome.totals.statements.covered).toBe(0);
  });

  it("names changed files that no profile speaks of, in languages that are measured, and no tests", async () => {
    await using here = await project({ ...PROJECT, "gen/x.py": "a = 1\n" });
    execFileSync("git", ["init", "-q", "-b", "main"], { cwd: here.path });
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: here.path });
    git("add", "server");
    git("commit", "-qm", "x");
    for (const name of ["server/new.py", "server/test_new.py", "server/new.go", "README.md"])
      await writeFile(path.join(here.path, name), "a = 1\n");
    await writeUnit(here.units, "unit", { "reports/a.info": lcov("/app/server/store.py", 1, 0) });
    const { judgements, problems = [] } = await here.finish({
      rules: { ...RULES, changed: 100, base: "main" },
      exclude: ["gen"],
    });
    expect(judgements).toMatchObject([{ rule: "changed", passed: true }]);
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      [
        "COVERAGE_CHANGES_UNSEEN",
        "Changed since main, and in no profile: 1 file, of which no line was counted: server/new.py.",
      ],
    ]);
  });

  it("judges changed lines where a base is named", async () => {
    await using here = await project();
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: here.path });
    git("init", "-q", "-b", "main");
    git("add", "server");
    git("commit", "-qm", "x");
    await writeFile(path.join(here.path, "server/store.py"), "def store():\n    return 1\n\n\nstore()\n");
    await writeUnit(here.units, "unit", { "reports/a.info": lcov("/app/server/store.py", 1, 0) });
    const judged = await here.finish({ rules: { ...RULES, changed: 100, base: "main" } });
    expect(judged.judgements).toMatchObject([{ rule: "changed", passed: false, found: 0 }]);
    await expect(here.finish({ rules: { ...RULES, changed: 1, base: "origin/x" } })).toThrowWithCode(
      "COVERAGE_BASE_UNKNOWN",
    );
  });

  it("is an outcome too where no unit is", async () => {
    await using here = await project();
    const outcome = await here.finish({ formats: COVERAGE_FORMATS });
    expect(outcome).toMatchObject({ status: "passed", sources: [], judgements: [] });
    expect(outcome.percent).toBeUndefined();
    expect(outcome.text).toBe("no coverage\n");
  });

  it("says where reports cannot be written", async () => {
    await using here = await project({ ...PROJECT, ".seatrial/runs/r1/coverage/lcov.info/x": "" });
    await expect(here.finish({ formats: ["lcov"] })).toThrowWithCode("COVERAGE_NOT_WRITTEN");
  });
});
