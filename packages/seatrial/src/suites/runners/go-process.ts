import type { Duration, Problem } from "../../model/index.ts";
import { formatDuration } from "../../model/index.ts";
import { suiteError, suiteProblem } from "../errors.ts";
import { type ProcessEnd, runProcess } from "../process.ts";
import { processPlace } from "../process-place.ts";
import { createTail } from "../tail.ts";
import { count } from "../text.ts";
import { folderOf, type GoBinary } from "./go-binaries.ts";
import { withoutMarkers } from "./go-marker.ts";
import { createGoOutput, type GoSummary } from "./go-output.ts";
import { type GoJob, testsIn } from "./go-shards.ts";
import { howItEnded, processProblem } from "./judge.ts";
import type { ShardContext } from "./runner.ts";

const LINES = 20;

/** Runs one test binary once and reports its tests. The problems are what no test of it can tell. */
export async function runBinary(options: {
  context: ShardContext;
  job: GoJob;
  /** What goes before the next output of a package in the log. */
  heading: (name: string) => string;
}): Promise<{ problems: Problem[]; failed: boolean }> {
  const framed = canFrame(options.job.binary);
  const first = await runOnce({ ...options, framed });
  if (!framed || !refusedFraming(first)) return first;
  return await runOnce({ ...options, framed: false });
}

interface Once {
  end: ProcessEnd;
  summary: GoSummary;
  problems: Problem[];
  /** Whether anything of it did. */
  failed: boolean;
}

async function runOnce(options: {
  context: ShardContext;
  job: GoJob;
  heading: (name: string) => string;
  framed: boolean;
}): Promise<Once> {
  const { context, job, framed } = options;
  const { binary } = job;
  const { recorder, log, now } = context;
  const tail = createTail();
  let failed = 0;
  const output = createGoOutput({
    group: binary.package,
    framed,
    now,
    onStarted: (name) => recorder.started({ group: binary.package, name }),
    onFinished(test) {
      if (test.status === "failed") failed += 1;
      recorder.finished(test);
    },
  });
  const end = await runProcess({
    agent: context.agent,
    process: {
      argv: [binary.path, ...flags({ context, job, framed })],
      env: context.env,
      ...processPlace(context.spec, context.image),
      workingDir: await folderOf(binary, context),
      // A panic or a race report on stderr belongs to the test that was running.
      mergeOutput: true,
    },
    async onLines(stream, lines) {
      output[stream](lines.toString());
      const clean = withoutMarkers(lines);
      tail.add(clean.toString());
      await log.write(stream, Buffer.concat([Buffer.from(options.heading(binary.package)), clean]));
    },
    signal: context.signal,
    grace: context.grace,
  });
  const reason = end.interrupted
    ? context.stopReason()
    : `did not finish: the test binary ${end.error?.message ?? howItEnded(end)}`;
  const summary = output.end(reason);
  const ended = { ...end, name: binary.package, tail };
  const problem =
    processProblem(ended, context.spec.name) ?? verdictProblem({ context, ended, summary, failed });
  const problems = problem === undefined ? [] : [problem];
  return { end, summary, problems, failed: failed + problems.length > 0 };
}

function flags(options: { context: ShardContext; job: GoJob; framed: boolean }): string[] {
  const { context, job, framed } = options;
  const version = job.binary.goVersion;
  const old = version !== undefined && version.major === 1 && version.minor < 16;
  return [
    framed ? "-test.v=test2json" : "-test.v",
    ...(old ? [] : ["-test.paniconexit0"]),
    `-test.timeout=${Math.round(ownLimit(context.remaining()))}ms`,
    ...(job.run === undefined ? [] : [`-test.run=${job.run}`]),
    // Test binaries take no notice of GOCOVERDIR, and those without coverage refuse the flag.
    ...(job.binary.isCovered === true && context.goCoverFolder !== undefined
      ? [`-test.gocoverdir=${context.goCoverFolder}`]
      : []),
  ];
}

/** A little less than what is left, so that the binary itself says where it hangs, before we end it. */
function ownLimit(remaining: Duration): Duration {
  return Math.max(1, remaining - Math.min(3000, remaining / 10));
}

/** Go 1.20 taught test binaries to mark their framing. One that does not tell its version is tried. */
function canFrame(binary: GoBinary): boolean {
  const version = binary.goVersion;
  return version === undefined || version.major > 1 || version.minor >= 20;
}

function refusedFraming(once: Once): boolean {
  const said = once.summary.loose.text();
  return (
    once.end.exit?.code === 2 &&
    once.summary.tests === 0 &&
    /invalid .*"?test2json"? for .*-test\.v/.test(said)
  );
}

/** The exit code and the last word of a binary against the tests that it reported. */
function verdictProblem(options: {
  context: ShardContext;
  ended: ProcessEnd & { name: string; tail: { lines: (count: number) => string[] } };
  summary: GoSummary;
  failed: number;
}): Problem | undefined {
  const { context, ended, summary, failed } = options;
  if (ended.exit === undefined || ended.interrupted) return undefined;
  const subject = context.spec.name;
  const lastLines = ended.tail.lines(LINES);
  const fine = ended.exit.code === 0 && summary.verdict === "PASS";
  if (fine && failed === 0) return undefined;
  if (summary.crash?.timedOut === true)
    return suiteProblem({
      code: "SUITE_TIMED_OUT",
      subject,
      message: `Suite ${subject} was not done within ${formatDuration(context.spec.timeout)}: ${ended.name} was running ${[...summary.crash.running].join(", ") || "no test"}`,
      hint: "The output has the stack of every goroutine. Raise the suite's `timeout` if it only needs longer.",
      lastLines,
    });
  if (!fine && failed > 0) return undefined;
  const tests =
    summary.tests === 0
      ? "without running a test"
      : `although no test failed (${count(summary.tests, "test")})`;
  return suiteProblem({
    code: failed > 0 || summary.tests > 0 ? "SUITE_RESULTS_DISAGREE" : "GO_BINARY_FAILED",
    subject,
    message:
      failed > 0
        ? `The tests of ${ended.name} ended with exit code 0 although ${count(failed, "test")} failed`
        : `The tests of ${ended.name}: the binary ${summary.crash?.headline ?? howItEnded(ended)} ${tests}`,
    hint: "Look at what its TestMain, its init functions and its goroutines do: it must end with the exit code of m.Run.",
    lastLines,
  });
}

/** The names of a binary's tests, `--grep` applied, in its own order. */
export async function listBinaryTests(context: ShardContext, binary: GoBinary): Promise<string[]> {
  let stdout = "";
  const tail = createTail();
  const end = await runProcess({
    agent: context.agent,
    process: {
      argv: [binary.path, `-test.list=${context.spec.grep ?? "."}`],
      env: context.env,
      ...processPlace(context.spec, context.image),
      workingDir: await folderOf(binary, context),
      // A panic or a race report on stderr belongs to the test that was running.
      mergeOutput: true,
    },
    async onLines(stream, lines) {
      const text = lines.toString();
      if (stream === "stdout")
        stdout += testsIn(text)
          .map((name) => `${name}\n`)
          .join("");
      tail.add(text);
    },
    signal: context.signal,
    grace: context.grace,
  });
  if (end.exit?.code === 0 || end.interrupted) return testsIn(stdout);
  if (end.error !== undefined) throw end.error;
  throw suiteError({
    code: "SUITE_NOT_SHARDED",
    message: `The tests of ${binary.package} could not be listed: ${binary.path} -test.list ${howItEnded(end)}`,
    hint: "A shard needs the names of the tests; a TestMain that cannot start without a service fails here too.",
    lastLines: tail.lines(LINES),
  });
}
