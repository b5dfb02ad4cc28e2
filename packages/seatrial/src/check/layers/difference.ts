import type { ImageDifference } from "../../model/index.ts";
import type { ImageLayer, LayerEntry } from "./image-index.ts";
import { createPathSet, type PathSet } from "./path-set.ts";
import { createVeil } from "./veil.ts";

/** What the comparison needs of a layer; `own`: it did not come with the base image. */
export type ComparedLayer = Pick<ImageLayer, "entries" | "own">;

const MOST_PATHS = 10;
/** More are thrown together now and then, the best kept. */
const MOST_CANDIDATES = 1_000;

/**
 * How the files of two images differ as a container sees them: by path, kind, size, rights, owner and link. Contents are not compared,
 * and folders are not told.
 */
export function compareImages(options: {
  release: readonly ComparedLayer[];
  test: readonly ComparedLayer[];
}): ImageDifference {
  const { release, test } = options;
  const [shipped, tested] = [setsOf(release), setsOf(test)];
  return {
    untested: pathsOf(release, (entry) => !tested.facts.has(factsOf(entry))),
    unshipped: pathsOf(test, ({ path }) => !shipped.paths.has(path)),
  };
}

interface Sets {
  paths: PathSet;
  facts: PathSet;
}

function setsOf(layers: readonly ComparedLayer[]): Sets {
  const sets = { paths: createPathSet(), facts: createPathSet() };
  for (const { entry } of visibleFiles(layers)) {
    sets.paths.add(entry.path);
    sets.facts.add(factsOf(entry));
  }
  return sets;
}

/** What could differ, as one text: no path has a NUL in it. */
function factsOf({ path, type, size, mode, uid, gid, link }: LayerEntry): string {
  return `${path}\0${type} ${size} ${mode} ${uid} ${gid} ${link}`;
}

interface Candidate {
  path: string;
  size: number;
  own: boolean;
}

function pathsOf(
  layers: readonly ComparedLayer[],
  differs: (entry: LayerEntry) => boolean,
): ImageDifference["untested"] {
  let count = 0;
  let candidates: Candidate[] = [];
  for (const { entry, own } of visibleFiles(layers)) {
    if (!differs(entry)) continue;
    count += 1;
    candidates.push({ path: entry.path, size: entry.size, own });
    if (candidates.length > MOST_CANDIDATES) candidates = foremost(candidates);
  }
  return { count, paths: foremost(candidates).map(({ path }) => path) };
}

/** The project's own files before those of base images, then the largest. */
function foremost(candidates: readonly Candidate[]): Candidate[] {
  const byPath = (a: Candidate, b: Candidate) => (a.path < b.path ? -1 : 1);
  return candidates
    .toSorted((a, b) => Number(b.own) - Number(a.own) || b.size - a.size || byPath(a, b))
    .slice(0, MOST_PATHS);
}

function* visibleFiles(layers: readonly ComparedLayer[]): Generator<{ entry: LayerEntry; own: boolean }> {
  const veil = createVeil();
  for (const layer of layers.toReversed()) {
    for (const entry of layer.entries()) {
      const { path, type } = entry;
      if (type === "directory" || type === "whiteout" || type === "opaque") continue;
      if (!veil.hides(path)) yield { entry, own: layer.own };
    }
    veil.lay(layer);
  }
}
