import type { WastedPath } from "../../model/index.ts";
import type { ImageLayer } from "./image-index.ts";
import { createVeil } from "./veil.ts";

export interface Waste {
  own: number;
  base: number;
  /** The largest ones, the largest first. */
  paths: (WastedPath & { own: boolean })[];
}

const MOST_PATHS = 20;
/** More are thrown together now and then, the largest kept. */
const MOST_CANDIDATES = 5_000;

/**
 * Bytes of files that a later layer overwrites or deletes: an image that never had them would be smaller by as much. Hard links to a
 * file that is deleted are not followed.
 */
export function measureWaste(layers: readonly ImageLayer[]): Waste {
  const waste: Waste = { own: 0, base: 0, paths: [] };
  const veil = createVeil();
  let candidates = new Map<string, { bytes: number; own: boolean }>();

  for (const layer of layers.toReversed()) {
    for (const { path, type, size } of layer.entries()) {
      if (type !== "file" || size === 0 || !veil.hides(path)) continue;
      waste[layer.own ? "own" : "base"] += size;
      const known = candidates.get(path);
      candidates.set(path, { bytes: size + (known?.bytes ?? 0), own: layer.own || known?.own === true });
      if (candidates.size > MOST_CANDIDATES) candidates = largest(candidates, MOST_CANDIDATES / 2);
    }
    veil.lay(layer);
  }
  const told = largest(candidates, MOST_PATHS);
  const copies = countCopies(layers, told);
  waste.paths = [...told].map(([path, { bytes, own }]) => ({
    path,
    bytes,
    own,
    copies: copies.get(path) ?? 1,
  }));
  return waste;
}

function largest(
  candidates: ReadonlyMap<string, { bytes: number; own: boolean }>,
  count: number,
): Map<string, { bytes: number; own: boolean }> {
  return new Map([...candidates].sort(([, a], [, b]) => b.bytes - a.bytes).slice(0, count));
}

function countCopies(
  layers: readonly ImageLayer[],
  paths: ReadonlyMap<string, unknown>,
): Map<string, number> {
  const copies = new Map<string, number>();
  if (paths.size === 0) return copies;
  for (const layer of layers) {
    for (const { path, type } of layer.entries()) {
      if (type === "file" && paths.has(path)) copies.set(path, (copies.get(path) ?? 0) + 1);
    }
  }
  return copies;
}
