import type { Problem } from "../../model/index.ts";
import { exportByImages } from "../images/export-by-images.ts";
import type { ImageExports } from "../images/tool-image.ts";
import { checkCommits } from "./check-commits.ts";
import { type FoundUnits, findUnits } from "./find-units.ts";
import { sourceOf } from "./source-of.ts";
import { type VerifiedUnit, verifyUnit } from "./verify-unit.ts";

export interface UnitsFolder {
  folder: string;
  /** What all units below count for. Default: what each says. */
  source?: string | undefined;
  /** Units of these sources are not read. */
  without?: ReadonlySet<string> | undefined;
}

/** The units of one source. */
export interface UnitsOfSource {
  name: string;
  units: VerifiedUnit[];
  /** What kept others from being among them. */
  problems: Problem[];
}

export interface CollectOptions {
  folders: readonly UnitsFolder[];
  /** Units of several commits are read all the same. */
  force?: boolean;
  /** Which images have the tools for profiles that nobody exported. Default: none. */
  images?: ImageExports | undefined;
  signal: AbortSignal;
}

export interface CollectedUnits {
  /** By name. One whose units have nothing usable is there too. */
  sources: UnitsOfSource[];
  /** How many units there are, those without a manifest included. */
  units: number;
  /** The commit that they are of, where they are all of one and know it. */
  commit?: string | undefined;
  /** What is about no source. */
  problems: Problem[];
}

const AT_ONCE = 16;

/** Finds all units below folders, compares them with their manifests and groups them by source. Fails with COVERAGE_COMMITS_DIFFER, unless forced. */
export async function collectUnits(options: CollectOptions): Promise<CollectedUnits> {
  const { folders, force = false, signal } = options;
  const found = await findAll(folders, signal);
  const problems = checkCommits(
    found.units.map(({ manifest }) => manifest),
    force,
  );
  const units = await eachOf(found.units, (unit) => verifyUnit(unit, signal));
  const exported = await exportByImages({ units, images: options.images, signal });
  problems.push(...exported.problems);
  const bySource = new Map<string, UnitsOfSource>();
  const of = (name: string) => {
    const known = bySource.get(name) ?? { name, units: [], problems: [] };
    bySource.set(name, known);
    return known;
  };
  for (const unit of exported.units) of(sourceOf(unit.manifest)).units.push(unit);
  for (const { service, problem } of found.broken) {
    const name = sourceOf({ service });
    of(name).problems.push({ ...problem, subject: name });
  }
  const sources = [...bySource.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const [commit, ...others] = new Set(found.units.flatMap(({ manifest }) => manifest.commit ?? []));
  return {
    sources,
    commit: others.length === 0 ? commit : undefined,
    units: found.units.length + found.broken.length,
    problems,
  };
}

async function findAll(folders: readonly UnitsFolder[], signal: AbortSignal): Promise<FoundUnits> {
  const all: FoundUnits = { units: [], broken: [] };
  const seen = new Set<string>();
  for (const { folder, source, without } of folders) {
    const { units, broken } = await findUnits({ folder, seen, signal });
    const counts = (unit: { source?: string | undefined; service: string }) =>
      without?.has(sourceOf(unit)) !== true;
    all.units.push(
      ...units
        .filter(({ manifest }) => counts(manifest))
        .map((unit) => (source === undefined ? unit : { ...unit, manifest: { ...unit.manifest, source } })),
    );
    all.broken.push(
      ...broken.filter(counts).map((unit) => (source === undefined ? unit : { ...unit, service: source })),
    );
  }
  return all;
}

async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at];
      if (item !== undefined) results[at] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
