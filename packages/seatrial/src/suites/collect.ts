import path from "node:path";
import {
  type Agent,
  DEFAULT_LIMITS,
  type ExtractLimits,
  extractSafely,
  type FileDetails,
} from "../agent/index.ts";
import { type Duration, formatDuration, type Problem } from "../model/index.ts";
import { orAborted, withDeadline } from "../support/abort.ts";
import { isToolError, messageOf } from "../support/error.ts";
import { problemOf, suiteError, suiteProblem } from "./errors.ts";
import type { ResultsFolder } from "./results-folder.ts";

const DEFAULT_DEADLINE = 60_000;
/** Our own files in the results folder. */
const PRIVATE = [".seatrial"];

export interface CollectOptions {
  agent: Agent;
  suite: string;
  /** `$SEATRIAL_RESULTS` in the container. */
  resultsFolder: string;
  /** Further absolute paths, which go below `artifacts/`. */
  artifacts: readonly string[];
  into: ResultsFolder;
  limits?: ExtractLimits | undefined;
  /** Default 60 s. Nothing else ends it: what a stopped suite left is taken too. */
  deadline?: Duration | undefined;
}

export interface Collected {
  files: number;
  bytes: number;
  warnings: string[];
  problem?: Problem | undefined;
}

/** Takes a suite's files out of its container, however the suite ended. Never fails: what was not taken is said. */
export async function collectResults(options: CollectOptions): Promise<Collected> {
  const { suite, artifacts } = options;
  const ms = options.deadline ?? DEFAULT_DEADLINE;
  using deadline = withDeadline(new AbortController().signal, {
    ms,
    error: () =>
      suiteError({
        code: "RESULTS_NOT_TAKEN",
        message: `The results of suite ${suite} could not be taken within ${formatDuration(ms)}`,
        hint: "Let it leave less in $SEATRIAL_RESULTS.",
      }),
  });
  const collected: Collected = { files: 0, bytes: 0, warnings: [] };
  for (const from of [options.resultsFolder, ...artifacts]) {
    try {
      await orAborted(takePlace({ ...options, from, collected, signal: deadline.signal }), deadline.signal);
    } catch (error) {
      collected.problem = failure(error, { suite, from });
      break;
    }
  }
  return collected;
}

async function takePlace(
  options: CollectOptions & { from: string; collected: Collected; signal: AbortSignal },
): Promise<void> {
  const { agent, from, into, signal, collected, suite } = options;
  const found = await agent.files.stat(from, signal);
  if (found === undefined) {
    collected.warnings.push(`suite ${suite} left nothing at ${from}`);
    return;
  }
  const limits = options.limits ?? DEFAULT_LIMITS;
  const rest = { bytes: limits.bytes - collected.bytes, files: limits.files - collected.files };
  const prefix = from === options.resultsFolder ? "" : artifactPrefix(from, found);
  const archive = await agent.files.get(from, signal);
  const taken = await extractSafely({ archive, into, prefix, except: PRIVATE, limits: rest, signal });
  collected.files += taken.files;
  collected.bytes += taken.bytes;
  collected.warnings.push(
    ...taken.warnings.map((warning) => `results of suite ${suite}, ${from}: ${warning}`),
  );
}

/** An artifact keeps its path in the container. A folder's archive holds what is in it, a file's holds the file. */
function artifactPrefix(from: string, found: FileDetails): string {
  return path.posix.join("artifacts", found.kind === "folder" ? from : path.posix.dirname(from));
}

function failure(error: unknown, where: { suite: string; from: string }): Problem {
  if (isToolError(error, "RESULTS_NOT_WRITTEN") || isToolError(error, "RESULTS_NOT_TAKEN"))
    return problemOf(error, where.suite);
  return suiteProblem({
    code: "RESULTS_NOT_TAKEN",
    subject: where.suite,
    message: `The results of suite ${where.suite} at ${where.from} could not be taken: ${messageOf(error)}`,
    hint: isToolError(error) ? error.hint : undefined,
  });
}
