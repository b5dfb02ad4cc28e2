import path from "node:path";
import { type Agent, type ExtractLimits, extractSafely } from "../../agent/index.ts";
import { type Duration, formatDuration, type Problem } from "../../model/index.ts";
import { orAborted, withDeadline } from "../../support/abort.ts";
import { isToolError, messageOf } from "../../support/error.ts";
import { problemOf } from "../../support/problem.ts";
import { coverageError, coverageProblem } from "../errors.ts";
import { type ContainerCoverage, HOOKS_FOLDER, TOOLS_FOLDER } from "../plan.ts";
import { commandLineRedactor } from "../redaction/redact-command-line.ts";
import type { UnitFile, UnitManifest } from "../units/manifest.ts";
import { writeUnit } from "../units/write-unit.ts";
import { diagnose } from "./diagnose.ts";
import type { Exported } from "./export-profiles.ts";
import { uncoveredGoPrograms } from "./go-programs.ts";
import type { ProgramEnd } from "./program-end.ts";
import { takeScripts } from "./script-sources.ts";
import { createUnitSink, type UnitSink } from "./unit-sink.ts";

/** Of one container. More is left out, and said. */
export const UNIT_LIMITS: ExtractLimits = { bytes: 1_000_000_000, files: 50_000 };
const TAKE_MS: Duration = 120_000;
const MOST_NAMED = 3;

export interface UnitOptions {
  agent: Pick<Agent, "files">;
  coverage: ContainerCoverage;
  /** Whose unit it is, and of which commit. */
  unit: Pick<UnitManifest, "run" | "service" | "instance" | "boot" | "source" | "commit">;
  /** The unit's folder on this machine. */
  folder: string;
  end: ProgramEnd;
  /** What went wrong before the end. */
  problems: readonly Problem[];
  /** Turns profiles into what can be read without their image: gives files of `exports/`, or why there are none. */
  exportProfiles: (files: readonly UnitFile[], signal: AbortSignal) => Promise<Exported[]>;
  /** Hides values that are known to be secret; more is hidden by its name and form. */
  redact: (text: string) => string;
  limits?: ExtractLimits | undefined;
  /** Default 2 minutes. */
  deadline?: Duration | undefined;
  signal: AbortSignal;
}

/**
 * Takes what a container left of coverage into a unit, its manifest last. What could not be taken, and why nothing was there, is said in
 * the manifest. Fails only where this machine's disk cannot take it, or when the signal aborts: there is no unit then.
 */
export async function takeUnit(options: UnitOptions): Promise<UnitManifest> {
  const { coverage, unit, folder, end, redact } = options;
  const problems = [...options.problems];
  const hide = commandLineRedactor({ redact, environment: end.env });
  const sink = createUnitSink({ folder, redact: hide });
  const ms = options.deadline ?? TAKE_MS;
  using deadline = withDeadline(options.signal, { ms, error: () => late(coverage.service, ms) });
  const { signal } = deadline;
  try {
    await orAborted(takeAll({ ...options, sink, problems, signal }), signal);
  } catch (error) {
    options.signal.throwIfAborted();
    problems.push(notTaken(error, coverage.service));
  }
  const manifest: UnitManifest = {
    version: 1,
    ...unit,
    startedAt: new Date(end.startedAt).toISOString(),
    endedAt: new Date().toISOString(),
    exit: end.exit && { code: end.exit.code, signal: end.exit.signal },
    argv: hide(end.argv),
    workingDir: end.workingDir,
    files: sink.files,
    problems,
  };
  await writeUnit(folder, manifest);
  return manifest;
}

type Taking = UnitOptions & { sink: UnitSink; problems: Problem[] };

async function takeAll(options: Taking): Promise<void> {
  const { agent, coverage, folder, sink, problems, end, signal } = options;
  const { service } = coverage;
  await takeFolder(options);
  for (const made of await options.exportProfiles([...sink.files], signal)) {
    if ("content" in made) await sink.add(made.path, made.content);
    else problems.push({ subject: service, ...made });
  }
  for (const report of coverage.reports) await takeReport(report, options);
  const leftOut = await takeScripts({ agent, folder, sink, signal });
  if (leftOut.length > 0) problems.push(partly(service, `scripts were left out: ${named(leftOut)}`));
  if (sink.broken.length > 0) problems.push(unhidden(service, sink.broken));
  if (sink.strange.length > 0)
    problems.push(partly(service, `these are no profiles: ${named(sink.strange)}`));
  // What is known already is not explained again.
  if (problems.length > 0 && sink.files.length === 0) return;
  const isEmpty = sink.files.length === 0 && !coverage.mayBeEmpty;
  const uncovered = isEmpty ? await uncoveredGoPrograms({ agent, end, signal }) : [];
  const files = [...sink.files, ...sink.broken.map(({ name }) => ({ path: name }))];
  problems.push(...diagnose({ coverage, files, notes: sink.notes, end, uncovered }));
}

async function takeFolder(options: Taking): Promise<void> {
  const { agent, coverage, sink, problems, signal, limits = UNIT_LIMITS } = options;
  const found = await agent.files.stat(coverage.folder, signal);
  if (found?.kind !== "folder" || (found.mode & 0o002) === 0) {
    problems.push(
      coverageProblem({
        code: "COVERAGE_FOLDER_CLOSED",
        message: `The folder ${coverage.folder} of ${coverage.service} is ${found?.kind === "folder" ? "not open to every user any more" : "gone"}.`,
        hint: "Something in its programs changed or removed it.",
        subject: coverage.service,
      }),
    );
  }
  if (found === undefined) return;
  const listed = await agent.files.list(coverage.folder, { signal });
  const archive = await agent.files.get(coverage.folder, signal);
  const except = [HOOKS_FOLDER, TOOLS_FOLDER];
  const taken = await extractSafely({ archive, into: sink, prefix: "", except, limits, signal });
  for (const warning of taken.warnings) problems.push(partly(coverage.service, warning));
  if (taken.warnings.length > 0) return;
  const names = listed.map((file) => path.posix.relative(coverage.folder, file.path));
  const seen = new Set([
    ...sink.files.map((file) => file.path),
    ...sink.broken.map(({ name }) => name),
    ...sink.strange,
  ]);
  const missed = names.filter((name) => sink.wants(name) && !seen.has(name));
  if (missed.length > 0) {
    // A container without capabilities keeps its agent from reading what belongs to another user.
    problems.push(partly(coverage.service, `its agent may not read ${named(missed)}`));
  }
}

/** A report that is not there is another container's. */
async function takeReport(
  report: string,
  { agent, sink, problems, coverage, signal }: Taking,
): Promise<void> {
  const found = await agent.files.stat(report, signal);
  if (found === undefined) return;
  if (found.kind !== "file") {
    problems.push(partly(coverage.service, `${report} is no file`));
    return;
  }
  const archive = await agent.files.get(report, signal);
  const prefix = path.posix.join("reports", path.posix.dirname(report));
  const limits = { bytes: 500_000_000, files: 1 };
  const taken = await extractSafely({ archive, into: sink, prefix, limits, signal });
  for (const warning of taken.warnings) problems.push(partly(coverage.service, `${report}: ${warning}`));
}

function partly(service: string, what: string): Problem {
  return coverageProblem({
    code: "COVERAGE_NOT_TAKEN",
    message: `Not all of the coverage of ${service} was taken: ${what}.`,
    subject: service,
  });
}

/** They hold the whole command line, and a run's folder is often kept where others read it. */
function unhidden(service: string, broken: UnitSink["broken"]): Problem {
  const why =
    broken.length === 1 ? broken[0]?.why : `${named(broken.map(({ name }) => name))}: ${broken[0]?.why}`;
  return coverageProblem({
    code: "COVERAGE_PROFILE_INVALID",
    message: `Go's counters of ${service} were left out, since secrets of the command line cannot be hidden in broken ones: ${why}`,
    hint: "The program was killed while it wrote them, or its disk was full: give it more time to end, or more room.",
    subject: service,
  });
}

function notTaken(error: unknown, service: string): Problem {
  if (isToolError(error, "COVERAGE_NOT_TAKEN")) return problemOf(error, service);
  return coverageProblem({
    code: "COVERAGE_NOT_TAKEN",
    message: `The coverage of ${service} could not be taken: ${messageOf(error)}`,
    hint: isToolError(error) ? error.hint : undefined,
    subject: service,
  });
}

function late(service: string, ms: Duration) {
  return coverageError({
    code: "COVERAGE_NOT_TAKEN",
    message: `The coverage of ${service} could not be taken within ${formatDuration(ms)}`,
    hint: "Look whether its programs leave very many profiles.",
  });
}

function named(names: readonly string[]): string {
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
  return `${names
    .slice(0, MOST_NAMED)
    .map((name) => JSON.stringify(name))
    .join(", ")}${more}`;
}
