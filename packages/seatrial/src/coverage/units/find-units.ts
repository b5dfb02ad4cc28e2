import type { Dirent } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { Problem } from "../../model/index.ts";
import type { UnitManifest } from "./manifest.ts";
import { parseManifest } from "./parse-manifest.ts";

export interface FoundUnit {
  folder: string;
  manifest: UnitManifest;
}

/** A unit that has no manifest which can be read. */
export interface BrokenUnit {
  folder: string;
  /** By the name of its folder: `<service>/<instance>/<boot>`. */
  service: string;
  problem: Problem;
}

export interface FoundUnits {
  /** In the order of their folders' names. */
  units: FoundUnit[];
  broken: BrokenUnit[];
}

const MANIFEST = "manifest.json";
/** What `coverage pull` leaves in place of a unit that has no manifest in storage. */
export const LEFT_OUT = "left-out.txt";
const MOST_MANIFEST_BYTES = 64 * 1024 * 1024;
const PARTS = new Set(["go", "python", "node", "llvm", "java", "reports", "exports"]);
const NEVER = new Set(["node_modules", ".git"]);

/** All units at and below a folder; one that is not there has none. `seen`: folders that were looked at, which are left out. */
export async function findUnits(options: {
  folder: string;
  seen: Set<string>;
  signal: AbortSignal;
}): Promise<FoundUnits> {
  const found: FoundUnits = { units: [], broken: [] };
  await search({ ...options, folder: path.resolve(options.folder), found });
  return found;
}

interface Search {
  folder: string;
  seen: Set<string>;
  found: FoundUnits;
  signal: AbortSignal;
}

async function search({ folder, seen, found, signal }: Search): Promise<void> {
  signal.throwIfAborted();
  if (seen.has(folder)) return;
  seen.add(folder);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  if (entries.some((entry) => entry.name === MANIFEST && entry.isFile())) {
    const unit = await readUnit(folder);
    if ("manifest" in unit) found.units.push(unit);
    else found.broken.push(unit);
    return;
  }
  if (await looksLikeUnit(folder, entries)) {
    const what = "it has profiles and no manifest.json: whoever wrote it was cut off";
    found.broken.push(broken(folder, what));
    return;
  }
  if (entries.some((entry) => entry.name === LEFT_OUT && entry.isFile())) {
    const what = "it had no manifest.json when it was pulled: its program was killed, or had just begun";
    found.broken.push(broken(folder, what));
    return;
  }
  const below = entries
    .filter((entry) => entry.isDirectory() && !NEVER.has(entry.name))
    .map((entry) => entry.name);
  for (const name of below.sort()) await search({ folder: path.join(folder, name), seen, found, signal });
}

async function looksLikeUnit(folder: string, entries: readonly Dirent[]): Promise<boolean> {
  for (const entry of entries) {
    if (!entry.isDirectory() || !PARTS.has(entry.name)) continue;
    const inside = await readdir(path.join(folder, entry.name), { withFileTypes: true }).catch(() => []);
    if (inside.some((each) => each.isFile()) && inside.every((each) => each.name !== MANIFEST)) return true;
  }
  return false;
}

async function readUnit(folder: string): Promise<FoundUnit | BrokenUnit> {
  const file = path.join(folder, MANIFEST);
  try {
    if ((await stat(file)).size > MOST_MANIFEST_BYTES)
      return broken(folder, "its manifest.json is too large");
    const manifest = parseManifest(await readFile(file, "utf8"));
    if (typeof manifest === "string") return broken(folder, `its manifest.json cannot be used: ${manifest}`);
    return { folder, manifest };
  } catch (error) {
    return broken(folder, `its manifest.json cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function broken(folder: string, what: string): BrokenUnit {
  const service = path.basename(path.dirname(path.dirname(folder)));
  return {
    folder,
    service,
    problem: {
      code: "COVERAGE_UNIT_INCOMPLETE",
      message: `The unit ${folder} was left out: ${what}.`,
      hint: "Give the program more time to end, and pull its unit again.",
      subject: service,
    },
  };
}
