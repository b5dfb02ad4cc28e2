import path from "node:path";
import { type Reported, reportCoverage } from "../../coverage/index.ts";
import type { CoverageFormat, CoverageRules } from "../../model/index.ts";
import { rulesOfAllSuites } from "../../run/index.ts";
import { EXIT, type ExitCode } from "../../support/error.ts";
import { cliError } from "../errors.ts";
import { listenForStop } from "../stop-signals.ts";
import type { Surroundings } from "../surroundings.ts";
import { openImages } from "./images.ts";
import {
  type CoverageProject,
  coverageInputs,
  coverageProject,
  type InputFlags,
  percentFlag,
} from "./inputs.ts";

export interface CoverageReportFlags extends InputFlags {
  format?: CoverageFormat[];
  into?: string;
  minimum?: string;
  diff?: string;
  minimumChanged?: string;
  rules?: boolean;
}

/** Where reports of several files go that nobody named a folder for. */
const INTO = path.join(".seatrial", "coverage-report");

/** Puts coverage together, judges it and writes reports; the exit code is 1 when it is not enough. */
export async function coverageReportCommand(options: {
  surroundings: Surroundings;
  flags: CoverageReportFlags;
}): Promise<ExitCode> {
  const { surroundings, flags } = options;
  const { environment, stdout } = surroundings;
  using stop = listenForStop(() => undefined);
  const { signal } = stop;
  const rulesOfFlags = {
    total: percentFlag("--minimum", flags.minimum),
    changed: percentFlag("--minimum-changed", flags.minimumChanged),
    base: flags.diff,
  };
  const project = await coverageProject({ surroundings, flags, signal });
  const { root, settings } = project;
  const formats = flags.format ?? ["text"];
  const into = folderFor({ formats, flags, cwd: environment.cwd, root });
  const { rules, unjudged } = rulesFor({ project, flags, ofFlags: rulesOfFlags });
  for (const sentence of unjudged) surroundings.stderr.write(`warning: ${sentence}\n`);
  await using images = openImages({ surroundings, flags, project, signal });
  const reported = await reportCoverage({
    inputs: await coverageInputs({ surroundings, flags, root, signal }),
    images: images.exports,
    force: flags.force === true,
    rules,
    include: settings?.include ?? [],
    exclude: settings?.exclude ?? [],
    paths: settings?.paths ?? {},
    formats,
    into,
    root,
    env: environment.env,
    signal,
  });
  if (flags.json === true) stdout.write(`${JSON.stringify(reported.outcome)}\n`);
  else print({ reported, formats, into, surroundings });
  return reported.outcome.status === "passed" ? EXIT.ok : EXIT.failed;
}

interface Rules {
  rules: CoverageRules;
  /** Sentences about rules that cannot be judged here. */
  unjudged: string[];
}

/** Those of the project as far as they hold for what is read, and before them those of flags. */
function rulesFor(options: {
  project: CoverageProject;
  flags: CoverageReportFlags;
  ofFlags: Pick<CoverageRules, "total" | "changed" | "base">;
}): Rules {
  const { project, ofFlags } = options;
  const { rules, unjudged } = ownRules(options);
  // Without a minimum, the figure of the lines that changed is told all the same.
  const changed = ofFlags.changed ?? rules.changed ?? (ofFlags.base === undefined ? undefined : 0);
  const base = ofFlags.base ?? project.settings?.rules.base;
  return { rules: { ...rules, total: ofFlags.total ?? rules.total, changed, base }, unjudged };
}

/** The project's rules are about all that it has; about something else, only what was asked for counts. */
function ownRules(options: { project: CoverageProject; flags: CoverageReportFlags }): Rules {
  const { settings, root } = options.project;
  const { inputs, source, rules } = options.flags;
  const isNamed = inputs.length > 0 || source !== undefined;
  if (rules === true && settings === undefined) throw rulesMissing(root);
  if (isNamed && rules === true && settings !== undefined) return rulesOfAllSuites(settings);
  const own = isNamed ? undefined : settings?.rules;
  return { rules: own ?? { files: {}, sources: {}, expected: [] }, unjudged: [] };
}

function rulesMissing(root: string): Error {
  return cliError({
    code: "COVERAGE_RULES_MISSING",
    message: `The project of ${root} has no section coverage, and --rules asks for what is in it.`,
    hint: "Write the rules into seatrial.yaml, such as `coverage: { minimum: 80 }`, or ask with --minimum.",
  });
}

function folderFor(options: {
  formats: readonly CoverageFormat[];
  flags: CoverageReportFlags;
  cwd: string;
  root: string;
}): string | undefined {
  const { formats, flags, cwd, root } = options;
  if (flags.into !== undefined) return path.resolve(cwd, flags.into);
  const written = formats.filter((format) => format !== "text");
  const isPrinted = written.length === 0 || (formats.length === 1 && written[0] !== "html");
  return isPrinted ? undefined : path.join(root, INTO);
}

function print(options: {
  reported: Reported;
  formats: readonly CoverageFormat[];
  into: string | undefined;
  surroundings: Surroundings;
}): void {
  const { reported, formats, into, surroundings } = options;
  const { stdout, stderr } = surroundings;
  const [format] = formats;
  const isReport = into === undefined && format !== undefined && format !== "text" && format !== "html";
  if (isReport) for (const piece of reported.pieces(format)) stdout.write(piece);
  // What is printed is for a file: people look elsewhere.
  (isReport ? stderr : stdout).write(reported.text);
  if (into === undefined) return;
  for (const name of Object.values(reported.outcome.reports))
    stdout.write(`wrote ${path.relative(surroundings.environment.cwd, path.join(into, name)) || name}\n`);
}
