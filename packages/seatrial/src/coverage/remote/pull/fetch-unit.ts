import path from "node:path";
import type { Problem } from "../../../model/index.ts";
import { writeWhole } from "../../../support/write-whole.ts";
import { inParallel } from "../in-parallel.ts";
import { type FetchedFile, type FileToFetch, fetchFile, writing } from "./fetch-file.ts";
import { MANIFEST, type StoredUnit } from "./find-units.ts";
import { type ManifestedUnit, type ReadOptions, readManifest } from "./read-manifests.ts";

/** What became of a unit. */
export interface PulledUnit {
  run: string;
  service: string;
  instance: string;
  boot: string;
  /** Where it lies now. */
  folder: string;
  /** False: the program was still running. */
  ended: boolean;
  /** How many files it has, without its manifest; how many of them came now, and how many were here. The others are wrong. */
  files: number;
  fetched: number;
  here: number;
  /** Of what came now. */
  bytes: number;
}

const FILES_AT_A_TIME = 4;
/** A manifest that is written anew while its files are fetched makes them differ from the first one. */
const MOST_MANIFESTS = 4;

/** Where a unit's folder is below the one that all units are put into. */
export function folderOf(into: string, { run, service, instance, boot }: StoredUnit): string {
  return path.join(into, run, service, instance, boot);
}

/** Brings a unit's files, each verified, and its manifest last. Files that are wrong are left out and told. */
export async function fetchUnit(
  first: ManifestedUnit,
  options: ReadOptions & { into: string },
): Promise<{ unit: PulledUnit; problems: Problem[] }> {
  const folder = folderOf(options.into, first);
  let unit = first;
  for (let round = 1; ; round += 1) {
    const { manifest, text, prefix } = unit;
    const files = manifest.files.map(({ path: name, bytes, digest }) => ({
      key: `${prefix}${name}`,
      to: path.join(folder, name),
      expected: { bytes, digest },
    }));
    const { results, problems } = await fetchFiles(files, unit, options);
    if (problems.length > 0 && round < MOST_MANIFESTS) {
      const now = await readManifest(first, options);
      if (now !== undefined && "manifest" in now && now.text !== text) {
        unit = now;
        continue;
      }
    }
    await writing(path.join(folder, MANIFEST), () => writeWhole(path.join(folder, MANIFEST), text));
    return { unit: pulled(unit, { folder, ended: manifest.endedAt !== undefined, results }), problems };
  }
}

/** Brings what is there of a unit that has no manifest. Nothing of it can be verified. */
export async function fetchIncomplete(
  unit: StoredUnit,
  options: ReadOptions & { into: string },
): Promise<{ unit: PulledUnit; problems: Problem[] }> {
  const folder = folderOf(options.into, unit);
  const files = [...unit.files.keys()]
    .filter((name) => name.split("/")[0] !== MANIFEST)
    .map((name) => ({ key: `${unit.prefix}${name}`, to: path.join(folder, name) }));
  const { results, problems } = await fetchFiles(files, unit, options);
  return { unit: pulled(unit, { folder, ended: false, results }), problems };
}

async function fetchFiles(files: readonly FileToFetch[], unit: StoredUnit, options: ReadOptions) {
  const results: FetchedFile[] = [];
  const problems: Problem[] = [];
  await inParallel(files, FILES_AT_A_TIME, async (file) => {
    const result = await fetchFile(file, options);
    results.push(result);
    if (result.state !== "wrong") return;
    problems.push({
      code: "COVERAGE_FILE_DIFFERS",
      message: `${options.storage.name}: ${file.key} ${result.why}: it was left out.`,
      hint: "The rest of its unit is there. Was it written by another program, or cut off?",
      subject: unit.service,
    });
  });
  return { results, problems };
}

function pulled(
  { run, service, instance, boot }: StoredUnit,
  { folder, ended, results }: { folder: string; ended: boolean; results: readonly FetchedFile[] },
): PulledUnit {
  const fetched = results.flatMap((result) => (result.state === "fetched" ? [result] : []));
  const bytes = fetched.reduce((sum, each) => sum + each.bytes, 0);
  const here = results.filter(({ state }) => state === "here").length;
  return {
    run,
    service,
    instance,
    boot,
    folder,
    ended,
    files: results.length,
    fetched: fetched.length,
    here,
    bytes,
  };
}
