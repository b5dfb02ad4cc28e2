import type { EntryType, ImageLayer } from "./image-index.ts";
import { foldersAbove } from "./path.ts";

/** A path in one layer. */
export interface Placed {
  path: string;
  layer: ImageLayer;
}

/** What later layers do to it; whatever they do, its bytes stay in the image. */
export type Fate = { kind: "there" } | { kind: "deleted" | "overwritten"; by: ImageLayer };

interface Event {
  layer: ImageLayer;
  type: EntryType;
}

/** Says what became of paths in the layers above theirs. */
export function fatesOf(layers: readonly ImageLayer[], places: readonly Placed[]): (place: Placed) => Fate {
  const wanted = new Set(places.flatMap(({ path }) => ["/", ...foldersAbove(path), path]));
  const lowest = Math.min(...places.map(({ layer }) => layer.number));
  const events = new Map<string, Event[]>();
  for (const layer of layers) {
    if (layer.number <= lowest) continue;
    for (const { path, type } of layer.entries()) {
      if (wanted.has(path)) events.set(path, [...(events.get(path) ?? []), { layer, type }]);
    }
  }
  return ({ path, layer }) => {
    const later = (at: string) => (events.get(at) ?? []).filter((event) => event.layer.number > layer.number);
    const atItself = later(path).filter(({ type }) => type !== "opaque" && type !== "directory");
    const above = ["/", ...foldersAbove(path)].flatMap(later).filter(({ type }) => type !== "directory");
    const first = [...atItself, ...above].sort((a, b) => a.layer.number - b.layer.number)[0];
    if (first === undefined) return { kind: "there" };
    const isOverwritten = first.type !== "whiteout" && atItself.includes(first);
    return { kind: isOverwritten ? "overwritten" : "deleted", by: first.layer };
  };
}
