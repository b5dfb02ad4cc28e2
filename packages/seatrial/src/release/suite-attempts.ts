import type { SuiteOutcome } from "../model/index.ts";
import { type Evidence, statusOf } from "./evidence.ts";

/** What one run says of a suite. */
export interface SuitePart {
  from: Evidence;
  suite: SuiteOutcome;
}

/** All of a suite: one run of it, or as many shards as there are, each the newest of its number. */
export interface Attempt {
  parts: SuitePart[];
  /** When the last part began: ISO 8601, in UTC. */
  at: string;
}

export interface Attempts {
  /** The newest that is whole. */
  newest?: Attempt | undefined;
  /** Shards, and tests that match a pattern, that failed after it: enough to know that the suite fails, though the rest was not run again. */
  failedSince: SuitePart[];
  /** Of shards that are not all there: `2 of 4`. */
  missing: string[];
  /** Parts that count for nothing: `only tests that match "x"`. */
  passedOver: string[];
}

/** Puts together what runs, reruns and the shards of several jobs say of a suite. */
export function attemptsOf(name: string, evidence: readonly Evidence[]): Attempts {
  const all = evidence
    .flatMap((from) =>
      from.outcome.suites.filter((suite) => suite.name === name).map((suite) => ({ from, suite })),
    )
    .sort(newestFirst);
  const ended = all.filter(hasEnded);
  const parts = ended.filter(({ suite }) => suite.grep === undefined);
  const whole = parts.find(({ suite }) => suite.shard === undefined);
  const sharded = shardSets(parts.filter(({ suite }) => suite.shard !== undefined));
  const complete = [
    ...(whole === undefined ? [] : [attemptOf([whole])]),
    ...sharded.flatMap(({ found, missing }) => (missing.length === 0 ? [attemptOf(found)] : [])),
  ];
  const newest = complete.sort((a, b) => (a.at < b.at ? 1 : -1))[0];
  return {
    newest,
    failedSince: newestOfEach(ended).filter(
      (part) => hasFailed(part) && part.from.outcome.startedAt > (newest?.at ?? ""),
    ),
    missing: sharded.flatMap(({ missing, of }) => missing.map((index) => `${index} of ${of}`)),
    passedOver: all.flatMap(({ suite, from }) => reasonOf(suite, from)),
  };
}

/** For each number of shards that the suite was cut into: the newest of each shard. */
function shardSets(parts: readonly SuitePart[]): { found: SuitePart[]; missing: number[]; of: number }[] {
  return [...new Set(parts.map(({ suite }) => suite.shards))].map((of) => {
    const numbers = Array.from({ length: of }, (_, index) => index + 1);
    const newest = numbers.map((number) =>
      parts.find(({ suite }) => suite.shards === of && suite.shard === number),
    );
    return {
      of,
      found: newest.filter((part) => part !== undefined),
      missing: numbers.filter((_, index) => newest[index] === undefined),
    };
  });
}

/** Of each part that a suite was run in: a shard, or what matches a pattern, is made good by running it again. */
function newestOfEach(parts: readonly SuitePart[]): SuitePart[] {
  const byPart = new Map<string, SuitePart>();
  for (const part of parts) {
    const { grep, shards, shard } = part.suite;
    const key = JSON.stringify([grep, shards, shard]);
    if (!byPart.has(key)) byPart.set(key, part);
  }
  return [...byPart.values()];
}

/** A pattern that matches no test fails too, and says nothing of the image. */
function hasFailed({ suite: { status, grep, problem } }: SuitePart): boolean {
  return status === "failed" && (grep === undefined || problem?.code !== "SUITE_EMPTY");
}

function attemptOf(parts: SuitePart[]): Attempt {
  const starts = parts.map(({ from }) => from.outcome.startedAt).sort();
  return { parts, at: starts.at(-1) ?? "" };
}

function newestFirst(a: SuitePart, b: SuitePart): number {
  const [left, right] = [a, b].map(({ from: { outcome } }) => `${outcome.startedAt} ${outcome.run}`);
  return (left ?? "") < (right ?? "") ? 1 : -1;
}

/** A run that was stopped has not judged its coverage, nor seen whether its services end well. */
function hasEnded({ suite: { status }, from: { outcome } }: SuitePart): boolean {
  return status === "failed" || (status === "passed" && statusOf(outcome) !== "stopped");
}

function reasonOf({ grep, status }: SuiteOutcome, { outcome }: Evidence): string[] {
  if (status === "skipped" || status === "stopped") return [`run ${outcome.run} ${status} it`];
  if (status === "passed" && statusOf(outcome) === "stopped")
    return [`run ${outcome.run} was stopped before it had ended`];
  return grep === undefined ? [] : [`run ${outcome.run} ran only tests that match ${JSON.stringify(grep)}`];
}
