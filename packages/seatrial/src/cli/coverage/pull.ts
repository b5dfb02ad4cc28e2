import path from "node:path";
import { findProject } from "../../config/index.ts";
import { type PulledUnits, pullUnits } from "../../coverage/index.ts";
import { formatBytes } from "../../model/index.ts";
import { createStyle, formatProblem, formatWarning } from "../../report/index.ts";
import { EXIT, type ExitCode } from "../../support/error.ts";
import { cliError } from "../errors.ts";
import type { GlobalFlags } from "../flags.ts";
import { durationOf } from "../native/duration.ts";
import { useColour } from "../output.ts";
import { listenForStop } from "../stop-signals.ts";
import type { Surroundings } from "../surroundings.ts";

export interface CoveragePullFlags extends GlobalFlags {
  from: string;
  run?: string;
  service?: string;
  into?: string;
  units?: string;
  wait?: string;
  incomplete?: boolean;
  json?: boolean;
  quiet?: boolean;
  dryRun?: boolean;
}

/** Fetches units of coverage from storage into a folder. Exit code 1 when files were wrong or units are missing; of a unit without a manifest only where units are counted. */
export async function coveragePullCommand(options: {
  surroundings: Surroundings;
  flags: CoveragePullFlags;
}): Promise<ExitCode> {
  const { surroundings, flags } = options;
  const { environment, stdout, stderr } = surroundings;
  const isTold = flags.json !== true && flags.quiet !== true;
  using stop = listenForStop(() => undefined);
  const pulled = await pullUnits({
    from: flags.from,
    run: flags.run,
    service: flags.service,
    into: await intoFolder(surroundings, flags),
    environment: { HOME: environment.home, ...environment.env },
    cwd: environment.cwd,
    units: flags.units === undefined ? undefined : countOf(flags.units),
    wait: flags.wait === undefined ? undefined : durationOf("--wait", flags.wait),
    incomplete: flags.incomplete,
    dryRun: flags.dryRun,
    signal: stop.signal,
    onNote: (note) => void (flags.quiet === true || stderr.write(`${note}\n`)),
  });
  if (flags.json === true) stdout.write(`${JSON.stringify(pulled)}\n`);
  if (isTold) for (const line of linesOf(pulled, { cwd: environment.cwd, flags })) stdout.write(`${line}\n`);
  if (flags.json !== true) tellProblems(pulled, surroundings, flags.color);
  return pulled.problems.length === 0 ? EXIT.ok : EXIT.failed;
}

async function intoFolder({ environment }: Surroundings, flags: CoveragePullFlags): Promise<string> {
  if (flags.into !== undefined) return path.resolve(environment.cwd, flags.into);
  const { root } = await findProject({ environment, folder: flags.folder, file: flags.file });
  return path.join(root, ".seatrial", "coverage");
}

function linesOf(pulled: PulledUnits, { cwd, flags }: { cwd: string; flags: CoveragePullFlags }): string[] {
  const isDry = flags.dryRun === true;
  const units = pulled.units.map((unit) => {
    const name = [unit.run, unit.service, unit.instance, unit.boot].join("/");
    const here = unit.here === 0 ? "" : `, ${unit.here} here already`;
    const wrong = unit.files - unit.fetched - unit.here;
    const left = isDry || wrong === 0 ? "" : `, ${wrong} left out`;
    const state = unit.ended ? "" : ", still running when it was written";
    return `${name}  ${countedOf(unit.files, "file")}, ${formatBytes(unit.bytes)}${here}${left}${state}`;
  });
  const left = flags.incomplete === true && !isDry ? "fetched as it is" : "left out; --incomplete fetches it";
  const incomplete = pulled.incomplete.map(
    (prefix) => `${prefix.slice("run/".length, -1)}  has no manifest: ${left}`,
  );
  const where = path.relative(cwd, pulled.into) || ".";
  const count = countedOf(pulled.units.length, "unit");
  const total = isDry ? `${count} to be put into ${where}` : `${count} in ${where}`;
  return [...units, ...incomplete, total];
}

function countedOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function tellProblems(
  { problems, warnings }: Pick<PulledUnits, "problems" | "warnings">,
  { stderr, environment }: Surroundings,
  flag?: boolean,
): void {
  const style = createStyle(useColour({ stream: stderr, env: environment.env, flag }));
  for (const warning of warnings) stderr.write(`${formatWarning(warning, style).join("\n")}\n`);
  for (const problem of problems) stderr.write(`${formatProblem(problem, style).join("\n")}\n`);
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw cliError({
    code: "COUNT_INVALID",
    message: `--units ${text} is no number of units.`,
    hint: "Write a whole number, such as 3.",
  });
}
