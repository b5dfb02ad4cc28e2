import type { Problem } from "../../../model/index.ts";
import type { UnitManifest } from "../../units/manifest.ts";
import { parseManifest } from "../../units/parse-manifest.ts";
import { inParallel } from "../in-parallel.ts";
import { type Patience, withRetries } from "../retry.ts";
import type { UnitStorage } from "../storage.ts";
import { isSafe, MANIFEST, type StoredUnit } from "./find-units.ts";

/** A unit with its manifest: as it was written, and what it says. */
export interface ManifestedUnit extends StoredUnit {
  text: string;
  manifest: UnitManifest;
}

export interface ReadManifests {
  units: ManifestedUnit[];
  /** Those without a manifest. */
  incomplete: StoredUnit[];
  problems: Problem[];
}

const MOST_BYTES = 64 * 1024 * 1024;
const AT_A_TIME = 16;

export interface ReadOptions {
  storage: UnitStorage;
  patience: Patience;
  signal: AbortSignal;
}

/** Reads the manifests of units, in their order. One that cannot be used is a problem. */
export async function readManifests(
  units: readonly StoredUnit[],
  options: ReadOptions,
): Promise<ReadManifests> {
  const found = new Map<StoredUnit, ManifestedUnit | Problem>();
  const complete = units.filter((unit) => unit.files.has(MANIFEST));
  await inParallel(complete, AT_A_TIME, async (unit) => {
    const read = await readManifest(unit, options);
    if (read !== undefined) found.set(unit, read);
  });
  const all = units.map((unit) => ({ unit, read: found.get(unit) }));
  return {
    units: all.flatMap(({ read }) => (read !== undefined && "manifest" in read ? [read] : [])),
    // A manifest that is gone again was one that is being written anew.
    incomplete: all.flatMap(({ unit, read }) => (read === undefined ? [unit] : [])),
    problems: all.flatMap(({ read }) => (read !== undefined && "code" in read ? [read] : [])),
  };
}

/** A unit's manifest as it is now; undefined: there is none. */
export async function readManifest(
  unit: StoredUnit,
  { storage, patience, signal }: ReadOptions,
): Promise<ManifestedUnit | Problem | undefined> {
  const text = await withRetries(patience, signal, async () => {
    const content = await storage.get(`${unit.prefix}${MANIFEST}`, signal);
    return content === undefined ? undefined : await textOf(content);
  });
  if (text === undefined) return undefined;
  const manifest = parseManifest(text);
  const wrong = typeof manifest === "string" ? manifest : mismatch(unit, manifest);
  if (typeof manifest !== "string" && wrong === undefined) return { ...unit, text, manifest };
  return {
    code: "COVERAGE_UNIT_INCOMPLETE",
    message: `${storage.name}: the unit ${unit.prefix} was left out: its manifest.json cannot be used: ${wrong}.`,
    subject: unit.service,
  };
}

function mismatch(unit: StoredUnit, manifest: UnitManifest): string | undefined {
  const other = (["run", "service", "instance", "boot"] as const).find(
    (part) => manifest[part] !== unit[part],
  );
  if (other !== undefined) return `it is of ${other} ${manifest[other]}`;
  const odd = manifest.files.find(({ path }) => !isSafe(path) || path.split("/")[0] === MANIFEST);
  return odd === undefined ? undefined : `${JSON.stringify(odd.path)} is no path of a profile`;
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    // Too long to be one: what was read so far is no JSON.
    if (size > MOST_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
