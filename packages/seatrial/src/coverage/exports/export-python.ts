import type { Problem } from "../../model/index.ts";
import { type Export, type ExportOptions, exportProblem, linesOf, placedProfiles } from "./export.ts";
import { findPython, isAtLeast, type Python } from "./find-python.ts";
import { CORRECT_REPORT } from "./python-program.ts";
import type { ToolResult } from "./toolbox.ts";

export interface PythonExportOptions extends ExportOptions {
  /** Where the program ran: the project's own settings of coverage.py are found from there, and short names are of there. */
  workingDir: string;
}

type Coverage = (...args: string[]) => Promise<ToolResult>;

const NO_SOURCE = "No source for code";
/** Tests that only ask another program reach nothing of the project themselves: coverage.py takes that for a failure. */
const NO_DATA = "No data to report";
/** The first version whose JSON report lists exactly what it counts. */
const EXACT = [7, 13, 1];

/** Lets the image's own coverage.py combine data files and report them as JSON, by the project's settings. Needs coverage.py 5 or later. */
export async function exportPython(options: PythonExportOptions): Promise<Export | Problem> {
  const { toolbox, folder, workingDir, signal } = options;
  const python = await findPython(options);
  if ("code" in python) return python;
  if (!isAtLeast(python.version, [5]))
    return exportProblem("COVERAGE_TOOL_MISSING", {
      message: `coverage.py of the image is ${python.version}, which has no JSON report`,
      hint: "Use coverage 5.0 or later; 7.2.3 or later is needed to measure programs that are stopped.",
    });
  await toolbox.put(
    placedProfiles(options, (at) => `.coverage.${at}`),
    signal,
  );

  // The project's own data file is for its own runs, and nobody measures what measures.
  const quiet = { COVERAGE_PROCESS_START: "", COVERAGE_PROCESS_CONFIG: "" };
  const env = { ...options.env, ...quiet, COVERAGE_FILE: `${folder}/.coverage` };
  const run = { env, cwd: workingDir, signal };
  const coverage: Coverage = async (...args) =>
    ended(await toolbox.run([python.program, "-m", "coverage", ...args], run));
  const report = `${folder}/report.json`;

  const combined = await coverage("combine", folder);
  if (combined.code !== 0) return failed("combine", python, combined);
  const problems = unusable(combined);
  const written = await writeReport(coverage, report);
  if (written.failure !== undefined && says(written.failure, NO_DATA))
    return { path: "exports/python.json", content: Buffer.from('{"files":{}}\n'), problems };
  if (written.failure !== undefined) return reportFailure(python, written.failure);
  problems.push(...written.problems);
  if (!isAtLeast(python.version, EXACT)) {
    const corrected = ended(await toolbox.run([python.program, "-c", CORRECT_REPORT, report], run));
    if (corrected.code !== 0) return failed("json", python, corrected);
  }
  const content = await toolbox.read(report, signal);
  if (content === undefined)
    return failed("json", python, { code: 0, stdout: "", stderr: "no report was written" });
  return { path: "exports/python.json", content, problems };
}

async function writeReport(
  coverage: Coverage,
  report: string,
): Promise<{ failure?: ToolResult; problems: Problem[] }> {
  const args = ["json", "-o", report, "--fail-under=0"];
  const first = await coverage(...args);
  if (first.code === 0) return { problems: [] };
  if (!says(first, NO_SOURCE)) return { failure: first, problems: [] };
  // Generated code has no file: the rest can be reported without it.
  const second = await coverage(...args, "--ignore-errors");
  if (second.code !== 0) return { failure: first, problems: [] };
  return { problems: [missingSource(first)] };
}

function reportFailure(python: Python, result: ToolResult): Problem {
  return says(result, NO_SOURCE) ? missingSource(result) : failed("json", python, result);
}

function says({ stdout, stderr }: ToolResult, words: string): boolean {
  return `${stdout}${stderr}`.includes(words);
}

function missingSource({ stdout, stderr }: ToolResult): Problem {
  const line = linesOf(`${stdout}\n${stderr}`).find((one) => one.includes(NO_SOURCE)) ?? NO_SOURCE;
  return exportProblem("COVERAGE_SOURCES_MISSING", {
    message: `coverage.py does not find what ran: ${line}`,
    hint: "Its sources must be in the image that the tool runs in, where they ran; [tool.coverage.paths] of the project maps folders.",
  });
}

/** Data files that were left out, as coverage.py says it. */
function unusable({ stdout, stderr }: ToolResult): Problem[] {
  return linesOf(`${stdout}\n${stderr}`)
    .filter((line) => line.includes("Couldn't use data file"))
    .map((line) => exportProblem("COVERAGE_PROFILE_INVALID", { message: `coverage.py: ${line}` }));
}

function failed(command: string, { program, version }: Python, result: ToolResult): Problem {
  return exportProblem("COVERAGE_TOOL_FAILED", {
    message: `\`${program} -m coverage ${command}\` (coverage.py ${version}) failed with code ${result.code}`,
    result,
  });
}

/** It ran a moment ago. */
function ended(result: ToolResult | undefined): ToolResult {
  return result ?? { code: null, stdout: "", stderr: "the program is not there any more" };
}
