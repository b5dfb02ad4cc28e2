import type { ImageLayer } from "./image-index.ts";
import { createPathSet } from "./path-set.ts";

/** What the layers above hide of those below. Layers are laid on it from the highest down. */
export interface Veil {
  lay(layer: Pick<ImageLayer, "entries">): void;
  hides(path: string): boolean;
}

export function createVeil(): Veil {
  // What the layers above have, and what they hide with everything below it.
  const above = createPathSet();
  const hidden = createPathSet();
  return {
    lay(layer) {
      for (const { path, type } of layer.entries()) {
        if (type === "whiteout" || type === "opaque") hidden.add(path);
        else {
          above.add(path);
          // In place of a directory: what was in it is gone.
          if (type !== "directory") hidden.add(path);
        }
      }
    },
    hides: (path) => above.has(path) || hidden.has(path) || hidden.hasAbove(path),
  };
}
