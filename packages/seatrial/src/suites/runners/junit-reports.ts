import path from "node:path";
import { pipeline } from "node:stream/promises";
import tar from "tar-stream";
import type { Agent } from "../../agent/index.ts";
import type { Problem, TestResult } from "../../model/index.ts";
import { withDeadline } from "../../support/abort.ts";
import { isToolError, messageOf } from "../../support/error.ts";
import { isGlob, parseGlob } from "../../support/glob.ts";
import { suiteError, suiteProblem } from "../errors.ts";
import { count } from "../text.ts";
import { workingDirOf } from "./command-process.ts";
import { createJunitReader, isJunitRoot, type JunitEnd } from "./junit-parser.ts";
import type { ShardContext } from "./runner.ts";

const READ_DEADLINE = 60_000;

export interface JunitReports {
  /** JUnit documents that were found. */
  files: number;
  problems: Problem[];
}

/** Where a suite's reports appear, as an absolute path or glob. */
export function reportsGlob(context: ShardContext): string {
  const { spec, resultsFolder } = context;
  const text = spec.reports ?? "$SEATRIAL_RESULTS/**/*.xml";
  const expanded = text.replace(/\$\{?SEATRIAL_RESULTS\}?/g, () => resultsFolder);
  return path.posix.resolve(workingDirOf(context), expanded);
}

/** Reads every JUnit report that a suite left, however it ended. Other XML documents are passed over. */
export async function readReports(context: ShardContext, glob: string): Promise<JunitReports> {
  const { agent, spec, recorder } = context;
  const place = `${glob} in the container of suite ${spec.name}`;
  // The suite's own signal may have aborted long ago; what it left is read all the same.
  using deadline = withDeadline(new AbortController().signal, {
    ms: READ_DEADLINE,
    error: () =>
      suiteError({ code: "RESULTS_NOT_TAKEN", message: `The reports at ${place} could not be read in 60 s` }),
  });
  const reports: JunitReports = { files: 0, problems: [] };
  try {
    for (const file of await findFiles({ agent, glob, signal: deadline.signal })) {
      const onTest = (test: TestResult) => recorder.finished(test);
      const end = await readReport({ agent, file, onTest, signal: deadline.signal });
      if (isJunitRoot(end.root)) reports.files += 1;
      const problem = brokenReport(end, {
        report: `The report ${file}`,
        kept: "The file is kept with the suite's results.",
        suite: spec.name,
      });
      if (problem !== undefined) reports.problems.push(problem);
    }
  } catch (error) {
    if (isToolError(error, "AGENT_LOST")) return reports;
    reports.problems.push(
      suiteProblem({
        code: "RESULTS_NOT_TAKEN",
        subject: spec.name,
        message: `The reports at ${place} could not be read: ${messageOf(error)}`,
      }),
    );
  }
  return reports;
}

/** What is wrong with a document, if it is a report at all. */
export function brokenReport(
  end: JunitEnd,
  where: {
    /** Subject of a sentence: `The report /out/a.xml`. */
    report: string;
    /** Where a reader finds it, as a sentence. */
    kept: string;
    suite: string;
  },
): Problem | undefined {
  if (end.broken === undefined || (end.root !== undefined && !isJunitRoot(end.root))) return undefined;
  const { line, column, reason } = end.broken;
  return suiteProblem({
    code: "RESULTS_BROKEN",
    subject: where.suite,
    message: `${where.report} is broken at line ${line}, column ${column}: ${reason}. ${whatCounts(end.tests)}`,
    hint: `${where.kept} Usually its writer was ended too early, or two processes wrote at once.`,
  });
}

function whatCounts(tests: number): string {
  if (tests === 0) return "There is no whole test before that";
  return `${count(tests, "test")} before that ${tests === 1 ? "is" : "are"} counted`;
}

async function findFiles(options: { agent: Agent; glob: string; signal: AbortSignal }): Promise<string[]> {
  const { agent, signal } = options;
  let glob = options.glob;
  if (!isGlob(glob)) {
    const found = await agent.files.stat(glob, signal);
    if (found?.kind !== "folder") return found === undefined ? [] : [glob];
    glob = `${glob}/**/*.xml`;
  }
  const { folder, matches } = parseGlob(glob);
  try {
    const files = await agent.files.list(folder, { signal });
    return files.map((file) => path.posix.resolve(folder, file.path)).filter(matches);
  } catch (error) {
    if (isToolError(error, "FILE_NOT_FOUND")) return [];
    throw error;
  }
}

async function readReport(options: {
  agent: Agent;
  file: string;
  onTest: (test: TestResult) => void;
  signal: AbortSignal;
}): Promise<JunitEnd> {
  const reader = createJunitReader(options.onTest);
  const archive = await options.agent.files.get(options.file, options.signal);
  const extract = tar.extract();
  const sent = pipeline(archive, extract, { signal: options.signal });
  // Its failure shows in the entries too; neither is left without a listener.
  sent.catch(() => undefined);
  for await (const entry of extract) {
    for await (const chunk of entry) if (entry.header.type === "file") reader.write(chunk as Buffer);
  }
  await sent;
  return reader.end();
}
