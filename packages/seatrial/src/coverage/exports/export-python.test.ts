import { describe, expect, it } from "vitest";
import { parseCoveragePy } from "../formats/python/parse-coverage-py.ts";
import { isExport } from "./export.ts";
import { exportPython, type PythonExportOptions } from "./export-python.ts";
import { type FakeProgram, fakeToolbox } from "./testing/fake-toolbox.ts";

const NO_SOURCE = "No source for code: '/app/gone.py'.";

/** A Python whose coverage.py is of this version; `answer` may say otherwise for some commands. */
function python(version: string, answer: FakeProgram = () => undefined): FakeProgram {
  return (argv) => {
    if (argv[0] !== "python3") return undefined;
    const said = answer(argv.slice(1));
    if (said !== undefined) return said;
    return argv[1] === "-c" && argv.length === 3 ? { stdout: `${version}\n` } : {};
  };
}

const on = (program: FakeProgram, more: Partial<PythonExportOptions> = {}) => {
  const toolbox = fakeToolbox(program, { "/work/report.json": "{}" });
  const options = {
    toolbox,
    profiles: ["/unit/python/.coverage.a", "/unit/python/.coverage.b"],
    folder: "/work",
    workingDir: "/app",
    signal: new AbortController().signal,
    ...more,
  };
  return { toolbox, result: exportPython(options) };
};

describe("exportPython", () => {
  it("combines and reports with the image's coverage, by the project's own settings", async () => {
    const { toolbox, result } = on(python("7.13.1"), {
      env: { PYTHONPATH: "/app/lib", COVERAGE_PROCESS_START: "/app/.coveragerc" },
    });
    expect(await result).toEqual({ path: "exports/python.json", content: Buffer.from("{}"), problems: [] });
    expect(toolbox.placed.map(({ target, from }) => [target, from])).toEqual([
      ["/work/.coverage.0", { kind: "path", path: "/unit/python/.coverage.a" }],
      ["/work/.coverage.1", { kind: "path", path: "/unit/python/.coverage.b" }],
    ]);
    expect(toolbox.runs.slice(1).map(({ argv }) => argv.join(" "))).toEqual([
      "python3 -m coverage combine /work",
      "python3 -m coverage json -o /work/report.json --fail-under=0",
    ]);
    expect(toolbox.runs.at(-1)).toMatchObject({
      cwd: "/app",
      env: { COVERAGE_FILE: "/work/.coverage", PYTHONPATH: "/app/lib", COVERAGE_PROCESS_START: "" },
    });
  });

  it("is a report of no file where programs ran and reached nothing of the project", async () => {
    const { result } = on(
      python("7.17.3", (argv) =>
        argv[2] === "json" ? { code: 1, stdout: "No data to report.\n" } : undefined,
      ),
    );
    const exported = await result;
    expect(isExport(exported) && parseCoveragePy(`${exported.content}`)).toEqual({ files: [] });
  });

  it("corrects what versions before 7.13.1 list beyond what they count", async () => {
    const { toolbox, result } = on(python("7.6.1"));
    await result;
    expect(toolbox.runs.at(-1)?.argv.slice(0, 2)).toEqual(["python3", "-c"]);
    expect(toolbox.runs.at(-1)?.argv.at(-1)).toBe("/work/report.json");
  });

  it.each([
    ["the program's own interpreter", "/opt/venv/bin/python3.12", ["/opt/venv/bin/python3.12"]],
    ["the one beside a script", "/opt/venv/bin/gunicorn", ["/opt/venv/bin/python"]],
    ["the first on PATH", "gunicorn", ["python3"]],
  ])("asks %s first", async (_, program, asked) => {
    const { toolbox, result } = on(() => undefined, { argv: [program] });
    expect(await result).toMatchObject({
      code: "COVERAGE_TOOL_MISSING",
      message: "There is no python in the image",
    });
    expect(toolbox.runs.map(({ argv }) => argv[0]).slice(0, 1)).toEqual(asked);
  });

  it("says that coverage is missing, and how to add it", async () => {
    const { result } = on(python("", (argv) => (argv[0] === "-c" ? { code: 1 } : undefined)));
    expect(await result).toMatchObject({
      code: "COVERAGE_TOOL_MISSING",
      message: "python3 cannot import coverage",
      hint: expect.stringContaining("Install coverage") as string,
    });
  });

  it("says that coverage is too old", async () => {
    expect(await on(python("4.5.4")).result).toMatchObject({ code: "COVERAGE_TOOL_MISSING" });
  });

  it("says that sources are missing when none are there", async () => {
    const { result } = on(
      python("7.13.1", (argv) => (argv[2] === "json" ? { code: 1, stdout: NO_SOURCE } : undefined)),
    );
    expect(await result).toMatchObject({
      code: "COVERAGE_SOURCES_MISSING",
      message: expect.stringContaining("/app/gone.py") as string,
    });
  });

  it("reports the rest when some sources are missing, and says so", async () => {
    const some: FakeProgram = (argv) =>
      argv[2] === "json" && !argv.includes("--ignore-errors") ? { code: 1, stdout: NO_SOURCE } : undefined;
    const result = await on(python("7.13.1", some)).result;
    expect(isExport(result) && result.problems.map(({ code }) => code)).toEqual(["COVERAGE_SOURCES_MISSING"]);
  });

  it("names data files that coverage left out", async () => {
    const warning = "CoverageWarning: Couldn't use data file '/work/.coverage.1': file is not a database";
    const result = await on(
      python("7.13.1", (argv) => (argv[2] === "combine" ? { stderr: warning } : undefined)),
    ).result;
    expect(isExport(result) && result.problems).toMatchObject([
      { code: "COVERAGE_PROFILE_INVALID", message: expect.stringContaining("not a database") as string },
    ]);
  });

  it.each(["combine", "json"])("gives the last lines of a coverage %s that failed", async (command) => {
    const answer: FakeProgram = (argv) =>
      argv[2] === command ? { code: 1, stderr: "one\ntwo\n" } : undefined;
    expect(await on(python("7.13.1", answer)).result).toMatchObject({
      code: "COVERAGE_TOOL_FAILED",
      lastLines: ["one", "two"],
    });
  });

  it("stops when it is told to", async () => {
    const { result } = on(python("7.13.1"), { signal: AbortSignal.abort(new Error("stop")) });
    await expect(result).rejects.toThrow("stop");
  });
});
