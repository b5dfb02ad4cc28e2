import type { Problem, TestResult } from "../../model/index.ts";
import { suiteProblem } from "../errors.ts";
import { type CommandEnd, commandOf, runCommand } from "./command-process.ts";
import { disagreement, processProblem } from "./judge.ts";
import { createJunitReader, isJunitRoot } from "./junit-parser.ts";
import { brokenReport, readReports, reportsGlob } from "./junit-reports.ts";
import type { RunnerResult, ShardContext } from "./runner.ts";

/** Any command that leaves JUnit reports in files, or prints one. */
export async function runJunitSuite(context: ShardContext): Promise<RunnerResult> {
  const argv = commandOf(context);
  const printed = createPrintedReport();
  const end = await runCommand({
    context,
    argv,
    onText(text, stream) {
      if (stream === "stdout") printed.write(text);
      return undefined;
    },
  });
  const glob = reportsGlob(context);
  const reports = await readReports(context, glob);
  const problems = [...reports.problems];
  let found = reports.files + reports.problems.length > 0;
  if (!found) {
    const document = printed.end();
    found = document.found;
    for (const test of document.tests) context.recorder.finished(test);
    // A report that we cut short ourselves is no fault of its writer.
    const broken =
      document.end === undefined || end.interrupted
        ? undefined
        : brokenReport(document.end, {
            report: `The report that ${end.name} printed`,
            kept: "All that it printed is in the suite's log.",
            suite: context.spec.name,
          });
    if (broken !== undefined) problems.push(broken);
  }
  return { problems: judgeReports({ context, end, glob, found, problems }) };
}

/** What the process and its reports say together. */
export function judgeReports(options: {
  context: ShardContext;
  end: CommandEnd;
  glob: string;
  /** A report was there, whole or not. */
  found: boolean;
  problems: Problem[];
}): Problem[] {
  const { context, end, problems } = options;
  const subject = context.spec.name;
  const process = processProblem(end, subject);
  if (process !== undefined) return [process, ...problems];
  if (!options.found && !end.interrupted) {
    const message = `Suite ${subject}: ${end.name} left no JUnit report at ${options.glob} (it ended with exit code ${end.exit?.code ?? "unknown"})`;
    return [
      suiteProblem({
        code: "RESULTS_MISSING",
        subject,
        message,
        hint: "Let the command write its report into the folder that $SEATRIAL_RESULTS names, or say where it is with `reports`.",
        lastLines: end.tail.lines(20),
      }),
    ];
  }
  const counter = problems.length > 0 ? undefined : disagreement(end, context.recorder, subject);
  return counter === undefined ? problems : [...problems, counter];
}

/** Follows stdout as long as it looks like a JUnit document. Its tests are held back: a file would count instead. */
function createPrintedReport() {
  const tests: TestResult[] = [];
  const reader = createJunitReader((test) => void tests.push(test));
  let looksLikeXml: boolean | undefined;
  return {
    write(text: string): void {
      const start = text.trimStart();
      if (looksLikeXml === undefined && start !== "") looksLikeXml = /^<(\?xml|testsuites?)[\s>]/.test(start);
      if (looksLikeXml === true) reader.write(Buffer.from(text));
    },
    end() {
      const end = looksLikeXml === true ? reader.end() : undefined;
      const found = end !== undefined && isJunitRoot(end.root);
      return { found, end: found ? end : undefined, tests: found ? tests : [] };
    },
  };
}
