import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import * as v from "valibot";
import { isToolError, messageOf } from "../support/error.ts";
import { problemOf } from "../support/problem.ts";
import {
  type Evidence,
  type EvidenceOutcome,
  evidenceInvalid,
  evidenceProblem,
  type FoundEvidence,
  type InvalidEvidence,
} from "./evidence.ts";
import { contradictions, outcomeSchema } from "./outcome-schema.ts";
import { readBounded } from "./read-bounded.ts";
import { readSuiteTests } from "./suite-tests.ts";

/** The largest outcome that is read, in bytes: it has no tests in it. */
const LARGEST = 32_000_000;
/** The most runs that are read, newest first. */
const MOST_RUNS = 500;
const AT_ONCE = 16;

/**
 * Reads the outcomes of runs, from this machine or from the artifacts of other jobs. A folder is that of a run, or holds such folders,
 * itself or as `.seatrial/runs`. Runs without an outcome were cut off and are passed over; never rejects for what is in a file.
 */
export async function readEvidence(options: {
  folders: readonly string[];
  /** Whether somebody said that these folders count, and not others. */
  isNamed: boolean;
  signal: AbortSignal;
}): Promise<FoundEvidence> {
  const { isNamed, signal } = options;
  const nested = await Promise.all(options.folders.map(runFolders));
  const unread = options.folders.filter((_, index) => nested[index] === undefined);
  const all = [...new Set(nested.flatMap((folders) => folders ?? []))].sort((a, b) =>
    path.basename(a) < path.basename(b) ? 1 : -1,
  );
  const folders = all.slice(0, MOST_RUNS);
  const evidence: Evidence[] = [];
  const invalid: InvalidEvidence[] = [];
  for (let at = 0; at < folders.length; at += AT_ONCE) {
    signal.throwIfAborted();
    const read = await Promise.all(folders.slice(at, at + AT_ONCE).map((folder) => readRun(folder, signal)));
    for (const each of read) {
      if (each === undefined) continue;
      if ("problem" in each) invalid.push({ ...each, isNamed });
      else if (!evidence.some(({ outcome }) => isSame(outcome, each.outcome))) evidence.push(each);
    }
  }
  const left = all.length - folders.length;
  return {
    evidence,
    invalid,
    warnings: [
      ...unread.map((folder) => `there is no evidence in ${folder}: it is no folder that can be read`),
      ...(left === 0 ? [] : [`${left} older runs were not looked at: only the ${MOST_RUNS} newest count`]),
    ],
  };
}

/** An artifact may bring a run along that is here already. */
function isSame(a: EvidenceOutcome, b: EvidenceOutcome): boolean {
  return a.run === b.run && JSON.stringify(a) === JSON.stringify(b);
}

/** A run's own folder, or those of the runs in it; undefined when it cannot be read. */
async function runFolders(folder: string): Promise<string[] | undefined> {
  const own = path.resolve(folder);
  if (await exists(path.join(own, "outcome.json"))) return [own];
  const home = path.join(own, ".seatrial", "runs");
  const parent = (await exists(home)) ? home : own;
  try {
    const entries = await readdir(parent, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(parent, entry.name));
  } catch {
    return undefined;
  }
}

async function readRun(
  folder: string,
  signal: AbortSignal,
): Promise<Evidence | Omit<InvalidEvidence, "isNamed"> | undefined> {
  const place = path.join(folder, "outcome.json");
  if (!(await exists(place))) return undefined;
  let text = "";
  try {
    text = (await readBounded({ file: place, limit: LARGEST, signal })).toString("utf8");
    const outcome = parseOutcome(text, place);
    return { place, outcome, tests: (suite) => readSuiteTests({ folder, suite, signal }), folder };
  } catch (error) {
    signal.throwIfAborted();
    const problem = isToolError(error) ? problemOf(error) : evidenceProblem(place, messageOf(error));
    return { problem, digests: new Set(text.match(/sha256:[0-9a-f]{64}/g)) };
  }
}

/** Reads an outcome from its JSON. Fails with EVIDENCE_INVALID. */
export function parseOutcome(text: string, place: string): EvidenceOutcome {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw evidenceInvalid(place, messageOf(error), error);
  }
  const parsed = v.safeParse(outcomeSchema, json);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw evidenceInvalid(place, `${v.getDotPath(issue) ?? "it"}: ${issue.message}`);
  }
  const [contradiction] = contradictions(parsed.output);
  if (contradiction !== undefined) throw evidenceInvalid(place, contradiction);
  return parsed.output;
}

async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    () => false,
  );
}
