import type { Problem } from "../../../model/index.ts";
import { coverageError } from "../../errors.ts";
import { printableName } from "../../printable.ts";
import { isKey } from "../address.ts";
import { type Patience, withRetries } from "../retry.ts";
import type { StoredObject, UnitStorage } from "../storage.ts";

/** A unit as storage lists it. */
export interface StoredUnit {
  run: string;
  service: string;
  instance: string;
  boot: string;
  /** Where its files lie: `run/<run>/<service>/<instance>/<boot>/`. */
  prefix: string;
  /** Its files by their paths below that, manifest.json among them when there is one; bytes where the storage tells. */
  files: Map<string, number | undefined>;
}

export interface Wanted {
  run?: string | undefined;
  service?: string | undefined;
}

export const MANIFEST = "manifest.json";

const NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}";
const UNIT = new RegExp(`^run/(${NAME})/(${NAME})/(${NAME})/(${NAME})/([^]+)$`);
const MOST_OBJECTS = 1_000_000;
const MOST_EMPTY_PAGES = 1_000;
const LONGEST_PATH = 1_000;
/** Problems of one kind that are told one by one. */
const MOST_TOLD = 5;

/** All units of storage that are wanted, by their names. Keys that cannot be files here are told, and left out. */
export async function findUnits(options: {
  storage: UnitStorage;
  wanted: Wanted;
  patience: Patience;
  signal: AbortSignal;
}): Promise<{ units: StoredUnit[]; problems: Problem[] }> {
  const { storage, wanted, patience, signal } = options;
  const objects = await withRetries(patience, signal, () => listAll(storage, prefixOf(wanted), signal));
  const units = new Map<string, StoredUnit>();
  const odd: string[] = [];
  for (const { key, bytes } of objects) {
    if (!isSafe(key)) odd.push(key);
    const match = isSafe(key) ? UNIT.exec(key) : null;
    if (match === null) continue;
    const [, run = "", service = "", instance = "", boot = "", path = ""] = match;
    const isOther = wanted.service !== undefined && service !== wanted.service;
    // What the wrapper has not finished writing into a folder.
    if (isOther || path.split("/").some((part) => part.startsWith(".unfinished-"))) continue;
    const prefix = `run/${run}/${service}/${instance}/${boot}/`;
    const unit = units.get(prefix) ?? { run, service, instance, boot, prefix, files: new Map() };
    unit.files.set(path, bytes);
    units.set(prefix, unit);
  }
  const names = [...units.keys()].sort();
  return { units: names.flatMap((name) => units.get(name) ?? []), problems: problemsOf(odd, storage.name) };
}

async function listAll(storage: UnitStorage, prefix: string, signal: AbortSignal): Promise<StoredObject[]> {
  const seen = new Map<string, StoredObject>();
  let emptyPages = 0;
  for await (const page of storage.list(prefix, signal)) {
    const before = seen.size;
    for (const object of page) if (object.key.startsWith(prefix)) seen.set(object.key, object);
    emptyPages = seen.size === before ? emptyPages + 1 : 0;
    if (seen.size > MOST_OBJECTS) throw endless(storage, `more than ${MOST_OBJECTS} files`);
    if (emptyPages > MOST_EMPTY_PAGES)
      throw endless(storage, `more than ${MOST_EMPTY_PAGES} pages with nothing new`);
  }
  return [...seen.values()];
}

function prefixOf({ run, service }: Wanted): string {
  if (run === undefined) return "run/";
  return service === undefined ? `run/${run}/` : `run/${run}/${service}/`;
}

/** True for a path that every file system can have, and that stays below where it is put. */
export function isSafe(path: string): boolean {
  return (
    isKey(path) &&
    path.length <= LONGEST_PATH &&
    // Control characters, which a name must not have.
    !/[\u0000-\u001f\u007f]/.test(path) &&
    path.split("/").every((part) => Buffer.byteLength(part) <= 255)
  );
}

function problemsOf(odd: readonly string[], name: string): Problem[] {
  const told = odd.slice(0, MOST_TOLD).map((key) => `"${printableName(key).slice(0, 200)}"`);
  const more = odd.length > told.length ? ` and ${odd.length - told.length} more` : "";
  if (odd.length === 0) return [];
  return [
    {
      code: "COVERAGE_KEY_REFUSED",
      message: `${name}: ${told.join(", ")}${more} cannot be files below a folder here, and were left out.`,
      hint: "The wrapper writes no such names: who else writes to this place?",
    },
  ];
}

function endless(storage: UnitStorage, what: string) {
  return coverageError({
    code: "COVERAGE_STORAGE_INVALID",
    message: `${storage.name} lists ${what}.`,
    hint: "Choose a run with --run, or a prefix in the address.",
    exitCode: 3,
  });
}
