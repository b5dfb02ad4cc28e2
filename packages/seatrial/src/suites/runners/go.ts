import type { Problem } from "../../model/index.ts";
import { isToolError } from "../../support/error.ts";
import { problemOf } from "../errors.ts";
import { findBinaries, type GoBinary } from "./go-binaries.ts";
import { listBinaryTests, runBinary } from "./go-process.ts";
import { type GoJob, jobsFor, shardsByBinary, shareOf } from "./go-shards.ts";
import { withGrant } from "./granted.ts";
import type { RunnerResult, ShardContext } from "./runner.ts";

const MOST_SHOWN = 5;

/** Runs the compiled test binaries of the image, several at a time, each in its own package's folder. */
export async function runGoSuite(context: ShardContext): Promise<RunnerResult> {
  try {
    const binaries = await findBinaries(context);
    const jobs = await planJobs(context, binaries);
    return { problems: await runJobs(context, jobs) };
  } catch (error) {
    // Once it has been told to end, the reason for that says more.
    if (context.signal.aborted) return { problems: [] };
    if (isToolError(error)) return { problems: [problemOf(error, context.spec.name)] };
    throw error;
  }
}

/** What this shard runs. Each shard computes it anew from the same image, and so they agree. */
async function planJobs(context: ShardContext, binaries: GoBinary[]): Promise<GoJob[]> {
  const { shard, spec } = context;
  if (shardsByBinary({ binaries: binaries.length, shard, grep: spec.grep }))
    return shareOf(binaries, shard).map((binary) => ({ binary, run: spec.grep }));
  const lists = await eachOf(binaries, context.spec.parallel, (binary) =>
    // A TestMain runs before its tests are listed, and may need what they need.
    withGrant({
      context,
      process: binary.package,
      run: (granted) => listBinaryTests(granted, binary),
      failed: () => false,
    }),
  );
  const tests = binaries.flatMap((binary, at) => (lists[at] ?? []).map((name) => ({ binary, name })));
  const mine = shareOf(tests, shard);
  return binaries.flatMap((binary) =>
    jobsFor(
      binary,
      mine.filter((test) => test.binary === binary).map((test) => test.name),
    ),
  );
}

async function runJobs(context: ShardContext, jobs: readonly GoJob[]): Promise<Problem[]> {
  const problems: Problem[] = [];
  const skipped: GoJob[] = [];
  const heading = jobs.length > 1 ? createHeadings() : () => "";
  let refused = false;
  // What one binary could not do in the suite's time, or was not given, the next ones cannot do or have either.
  const over = () =>
    context.signal.aborted || refused || problems.some((problem) => problem.code === "SUITE_TIMED_OUT");
  await eachOf(jobs, context.spec.parallel, async (job) => {
    if (over()) {
      skipped.push(job);
      return;
    }
    try {
      const run = (granted: ShardContext) => runBinary({ context: granted, job, heading });
      const process = job.binary.package;
      const end = await withGrant({ context, process, run, failed: ({ failed }) => failed });
      problems.push(...end.problems);
    } catch (error) {
      if (context.signal.aborted) {
        skipped.push(job);
        return;
      }
      if (!isToolError(error)) throw error;
      refused = true;
      problems.push(problemOf(error, context.spec.name));
    }
  });
  if (skipped.length > 0) context.warn(notRun(context, skipped));
  return problems;
}

/** Does the work for all items, so many at a time. */
async function eachOf<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  async function worker(): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [at, item] = next;
      results[at] = await work(item);
    }
  }
  await Promise.all(Array.from({ length: Math.min(Math.max(1, width), items.length) }, worker));
  return results;
}

function notRun(context: ShardContext, queue: readonly GoJob[]): string {
  const packages = [...new Set(queue.map((job) => job.binary.package))];
  const shown = packages.slice(0, MOST_SHOWN).join(", ");
  const rest = packages.length > MOST_SHOWN ? ` and ${packages.length - MOST_SHOWN} more` : "";
  return `Suite ${context.spec.name} ended before these packages were tested: ${shown}${rest}`;
}

/** Says whose output follows, each time that it is another package's. */
function createHeadings(): (name: string) => string {
  let last: string | undefined;
  return (name) => {
    if (name === last) return "";
    last = name;
    return `==> ${name} <==\n`;
  };
}
