import tar from "tar-stream";
import type { Problem } from "../../model/index.ts";
import { isToolError } from "../../support/error.ts";
import { problemOf, suiteProblem } from "../errors.ts";
import { type CommandEnd, runCommand } from "./command-process.ts";
import { disagreement, processProblem } from "./judge.ts";
import { judgeReports } from "./junit.ts";
import { readReports } from "./junit-reports.ts";
import { createPytestEvents, type PytestEvents } from "./pytest-events.ts";
import { type PytestStart, planPytest } from "./pytest-options.ts";
import { PYTEST_PLUGIN, PYTEST_PLUGIN_SOURCE } from "./pytest-plugin.ts";
import type { RunnerResult, ShardContext } from "./runner.ts";

const NO_TESTS = 5;
const MEANINGS: Record<number, string> = {
  2: "was interrupted, usually by an error while it collected the tests",
  3: "had an internal error",
  4: "was used wrongly: it does not understand its command line or configuration",
};

/** pytest, however it is started. Its tests are reported live by a plugin, or from its JUnit report where that cannot be loaded. */
export async function runPytestSuite(context: ShardContext): Promise<RunnerResult> {
  try {
    const folder = `${context.resultsFolder}/.seatrial`;
    await context.agent.files.put(folder, pluginArchive(), context.signal);
    const first = await runOnce(context, planPytest(context, folder));
    if (!refusedPlugin(first)) return { problems: first.problems };
    return { problems: (await runOnce(context, planPytest(context, undefined))).problems };
  } catch (error) {
    if (context.signal.aborted) return { problems: [] };
    if (isToolError(error)) return { problems: [problemOf(error, context.spec.name)] };
    throw error;
  }
}

interface Once {
  end: CommandEnd;
  heard: boolean;
  problems: Problem[];
}

async function runOnce(context: ShardContext, start: PytestStart): Promise<Once> {
  const events = createPytestEvents(context.recorder);
  const end = await runCommand({
    context,
    argv: start.argv,
    env: start.env,
    onText: (text) => events.read(text),
    // Interrupted, pytest stops, cleans up and writes its report; terminated, it just goes.
    endings: ["INT", "TERM", "KILL"],
  });
  const heard = events.heard();
  const problems = heard ? judge({ context, end, events }) : await judgeFromReport({ context, end, start });
  return { end, heard, problems };
}

function judge(options: { context: ShardContext; end: CommandEnd; events: PytestEvents }): Problem[] {
  const { context, end, events } = options;
  const subject = context.spec.name;
  const problem = processProblem(end, subject) ?? meaningOf(end, subject);
  if (problem !== undefined) return [problem];
  const problems = [lostEvents(end, events, subject)];
  if (end.exit?.code !== NO_TESTS) problems.push(disagreement(end, context.recorder, subject));
  return problems.filter((each) => each !== undefined);
}

/** Tests that nobody heard of must not pass for tests that were not there. */
function lostEvents(end: CommandEnd, events: PytestEvents, subject: string): Problem | undefined {
  if (end.interrupted) return undefined;
  const lost = events.lost({ ended: end.exit?.code === 0 });
  if (lost === undefined) return undefined;
  return suiteProblem({
    code: "SUITE_EVENTS_LOST",
    subject,
    message: `${end.name} did not report all of its tests: ${lost}`,
    hint: "Look for something that drops lines of its output, such as `| tail` or `| grep`, or for a test that ends the process itself.",
    lastLines: end.tail.lines(20),
  });
}

async function judgeFromReport(options: {
  context: ShardContext;
  end: CommandEnd;
  start: PytestStart;
}): Promise<Problem[]> {
  const { context, end, start } = options;
  const subject = context.spec.name;
  const reports = await readReports(context, start.report);
  if (context.shard.count > 1 && end.exit !== undefined && !end.interrupted)
    reports.problems.push(
      suiteProblem({
        code: "SUITE_NOT_SHARDED",
        subject,
        message: `${end.name} did not load the plugin that picks the tests of a shard`,
        hint: "Something between Seatrial and pytest drops PYTEST_ADDOPTS or PYTHONPATH; start pytest itself, or set `shards: 1`.",
      }),
    );
  const meaning = meaningOf(end, subject);
  if (meaning !== undefined) return [meaning, ...reports.problems];
  if (end.exit?.code === NO_TESTS) return reports.problems;
  const found = reports.files + reports.problems.length > 0;
  return judgeReports({ context, end, glob: start.report, found, problems: reports.problems });
}

function meaningOf(end: CommandEnd, subject: string): Problem | undefined {
  const meaning = end.interrupted ? undefined : MEANINGS[end.exit?.code ?? 0];
  if (meaning === undefined) return undefined;
  return suiteProblem({
    code: "PYTEST_FAILED",
    subject,
    message: `${end.name} ${meaning} (exit code ${end.exit?.code})`,
    lastLines: end.tail.lines(20),
  });
}

/** Python could not import the plugin, and so no test has run: a Python that ignores PYTHONPATH, for one. */
function refusedPlugin(once: Once): boolean {
  const failed = once.end.exit !== undefined && once.end.exit.code !== 0 && !once.end.interrupted;
  return failed && !once.heard && once.end.tail.text().includes(`No module named '${PYTEST_PLUGIN}'`);
}

function pluginArchive(): tar.Pack {
  const pack = tar.pack();
  pack.entry({ name: `${PYTEST_PLUGIN}.py`, mode: 0o644 }, PYTEST_PLUGIN_SOURCE);
  pack.finalize();
  return pack;
}
