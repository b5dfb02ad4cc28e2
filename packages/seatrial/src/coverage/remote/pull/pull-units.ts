import type { Duration, Problem } from "../../../model/index.ts";
import { pause } from "../../../support/abort.ts";
import { inParallel } from "../in-parallel.ts";
import { openStorage } from "../open-storage.ts";
import type { Patience } from "../retry.ts";
import type { UnitStorage, Variables } from "../storage.ts";
import { fetchIncomplete, fetchUnit, folderOf, type PulledUnit } from "./fetch-unit.ts";
import { findUnits, type Wanted } from "./find-units.ts";
import { markLeftOut, withoutManifest } from "./left-out.ts";
import { type ReadManifests, readManifests } from "./read-manifests.ts";

export interface PullOptions extends Wanted {
  /** The address that the wrapper was given: `s3://…`, `gs://…`, `az://…`, `https://…` or a folder. */
  from: string;
  /** Units are put into `<run>/<service>/<instance>/<boot>/` below it. */
  into: string;
  environment: Variables;
  /** What a folder in `from` is relative to. */
  cwd: string;
  /** How many units must have ended; then one without a manifest is a problem as well. Default: none is asked for, but one when `wait` is there. */
  units?: number | undefined;
  /** How long to wait for so many. Default: not at all. */
  wait?: Duration | undefined;
  /** Fetch units without a manifest too. */
  incomplete?: boolean | undefined;
  /** Only look what there is. */
  dryRun?: boolean | undefined;
  /** Milliseconds without a byte from the storage after which it is asked anew. Default: 30 s. */
  silence?: Duration | undefined;
  /** Milliseconds before it is asked anew; each further time twice as long. Default: 500. */
  retryAfter?: Duration | undefined;
  signal: AbortSignal;
  /** Hears of each unit that is there now. */
  onProgress?(unit: PulledUnit): void;
  /** Hears of what is tried again, and of what is waited for. */
  onNote?(note: string): void;
}

export interface PulledUnits {
  /** Without secrets. */
  from: string;
  into: string;
  units: PulledUnit[];
  /** `run/<run>/<service>/<instance>/<boot>/` of units without a manifest: their programs were killed, or have just begun. */
  incomplete: string[];
  /** What is wrong: of the storage, of files, or with as many units as there must be. */
  problems: Problem[];
  /** What is missing and was not asked for. */
  warnings: Problem[];
}

const UNITS_AT_A_TIME = 8;
const ATTEMPTS = 5;
const LOOK_EVERY_MS = 2_000;

/**
 * Brings units from where wrappers put them. Files that are here and right are not fetched again. What is wrong with some is told
 * as problems, and the rest is brought; fails with COVERAGE_STORAGE_… and COVERAGE_CREDENTIALS_MISSING.
 */
export async function pullUnits(options: PullOptions): Promise<PulledUnits> {
  const {
    into,
    signal,
    onNote = () => undefined,
    onProgress = () => undefined,
    retryAfter: wait = 500,
  } = options;
  using storage = await openStorage({ ...options, address: options.from });
  const reading = { storage, patience: { attempts: ATTEMPTS, wait, onNote }, signal };
  const found = await look(options, reading, onNote);
  const problems = [...found.problems];
  const done = new Map<string, PulledUnit>();
  const take = (prefix: string, fetched: { unit: PulledUnit; problems: Problem[] }) => {
    done.set(prefix, fetched.unit);
    problems.push(...fetched.problems);
    onProgress(fetched.unit);
  };
  const to = { ...reading, into };
  await inParallel(found.units, UNITS_AT_A_TIME, async (unit) => {
    take(unit.prefix, options.dryRun === true ? planned(unit, into) : await fetchUnit(unit, to));
  });
  if (options.dryRun !== true)
    await inParallel(found.incomplete, UNITS_AT_A_TIME, async (unit) => {
      if (options.incomplete === true) take(unit.prefix, await fetchIncomplete(unit, to));
      else await markLeftOut(unit, into);
    });
  const missing = missingUnits({ found, options, storage });
  const incomplete = withoutManifest(found.incomplete, storage.name);
  // Who counts units wants to know of each, and who takes those without a manifest knows of them.
  const fails = options.units !== undefined && options.incomplete !== true;
  return {
    from: storage.name,
    into,
    units: [...done.keys()].sort().flatMap((prefix) => done.get(prefix) ?? []),
    incomplete: found.incomplete.map(({ prefix }) => prefix),
    problems: [...problems, ...[missing, fails ? incomplete : undefined].flatMap((each) => each ?? [])],
    warnings: fails || incomplete === undefined ? [] : [incomplete],
  };
}

/** Looks what there is, again and again until enough units have ended or the time for that is over. */
async function look(
  options: PullOptions,
  reading: { storage: UnitStorage; patience: Patience; signal: AbortSignal },
  onNote: (note: string) => void,
): Promise<ReadManifests & { listed: number }> {
  const end = performance.now() + (options.wait ?? 0);
  const wanted = options.units ?? 1;
  for (let told = -1; ; ) {
    const { units, problems } = await findUnits({ ...reading, wanted: options });
    const read = await readManifests(units, reading);
    const ended = endedIn(read);
    const left = end - performance.now();
    if (options.wait === undefined || ended >= wanted || left <= 0)
      return { ...read, problems: [...problems, ...read.problems], listed: units.length };
    if (ended !== told) onNote(`${ended} of ${wanted} units have ended; waiting`);
    told = ended;
    await pause(Math.min(LOOK_EVERY_MS, left), options.signal);
  }
}

function endedIn({ units }: ReadManifests): number {
  return units.filter(({ manifest }) => manifest.endedAt !== undefined).length;
}

function missingUnits(options: {
  found: ReadManifests & { listed: number };
  options: PullOptions;
  storage: UnitStorage;
}): Problem | undefined {
  const { found, options: asked, storage } = options;
  const ended = endedIn(found);
  const wanted = asked.units ?? (asked.wait === undefined ? 0 : 1);
  const isEmpty = found.listed === 0;
  if (ended >= wanted && !isEmpty) return undefined;
  const scope = [
    asked.run === undefined ? "" : ` of run ${asked.run}`,
    asked.service === undefined ? "" : ` of service ${asked.service}`,
  ].join("");
  const seen = [
    `${ended} that ended`,
    `${found.units.length - ended} of running programs`,
    `${found.incomplete.length} without a manifest`,
  ];
  return {
    code: "COVERAGE_UNITS_MISSING",
    message: isEmpty
      ? `${storage.name} has no units${scope}.`
      : `${storage.name} has fewer units${scope} than the ${wanted} that must have ended: ${seen.join(", ")}.`,
    hint: isEmpty
      ? "Is it the address that `agent cover` was given, with its prefix? Its summary says where it stored them."
      : "Stop the programs gracefully, and give them time to end (--wait).",
  };
}

function planned(
  unit: ReadManifests["units"][number],
  into: string,
): { unit: PulledUnit; problems: Problem[] } {
  const { run, service, instance, boot, manifest } = unit;
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  const ended = manifest.endedAt !== undefined;
  const files = manifest.files.length;
  const folder = folderOf(into, unit);
  return {
    unit: { run, service, instance, boot, folder, ended, files, fetched: 0, here: 0, bytes },
    problems: [],
  };
}
