import type { Problem } from "../../model/index.ts";
import { isToolError } from "../../support/error.ts";
import { problemOf } from "../errors.ts";
import { findBinaries, type GoBinary } from "./go-binaries.ts";
import { listBinaryTests, runBinary } from "./go-process.ts";
import { type GoJob, jobsFor, shardsByBinary, shareOf } from "./go-shards.ts";
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
  const lists = await Promise.all(binaries.map((binary) => listBinaryTests(context, binary)));
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
  const queue = [...jobs];
  const heading = jobs.length > 1 ? createHeadings() : () => "";
  // What one binary could not do in the suite's time, the next ones cannot do in the rest of it.
  const over = () => context.signal.aborted || problems.some((problem) => problem.code === "SUITE_TIMED_OUT");
  async function work(): Promise<void> {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      problems.push(...(await runBinary({ context, job, heading })));
      if (over()) return;
    }
  }
  const workers = Math.min(Math.max(1, context.spec.parallel), jobs.length);
  await Promise.all(Array.from({ length: workers }, work));
  if (queue.length > 0) context.warn(notRun(context, queue));
  return problems;
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
