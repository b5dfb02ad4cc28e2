import type { ImageLayer, LayerEntry } from "./image-index.ts";
import { folderOf, foldersAbove } from "./path.ts";

/** A path of the image as a container sees it. */
export interface FoundFile {
  entry: LayerEntry;
  layer: ImageLayer;
}

/** As kernels do. */
const MOST_LINKS = 40;

/**
 * Finds paths in the image that a container would see, all layers laid over each other and links in folders followed. `follow`
 * follows a link that is at the path itself too.
 */
export function findFiles(
  layers: readonly ImageLayer[],
  paths: readonly string[],
  options: { follow: boolean },
): Map<string, FoundFile | undefined> {
  const wanted = new Set(paths.flatMap((path) => [...foldersAbove(path), path]));
  const result = new Map<string, FoundFile | undefined>();
  // Each link that is met leads to paths that were not known before.
  for (let round = 0; round < MOST_LINKS; round += 1) {
    const visible = visibleAt(layers, wanted);
    const before = wanted.size;
    for (const path of paths) {
      const real = resolve(path, { visible, wanted, follow: options.follow });
      result.set(path, real === undefined ? undefined : visible.get(real));
    }
    if (wanted.size === before) break;
  }
  return result;
}

/** As engines make those that no layer has an entry for. */
const FOLDER: Omit<LayerEntry, "path"> = {
  type: "directory",
  size: 0,
  mode: 0o755,
  uid: 0,
  gid: 0,
  link: "",
};

/** Of the wanted paths: what is there when all layers lie over each other. */
function visibleAt(layers: readonly ImageLayer[], wanted: ReadonlySet<string>): Map<string, FoundFile> {
  const visible = new Map<string, FoundFile>();
  const forget = (path: string, options: { layer: ImageLayer; itself: boolean }) => {
    for (const [known, found] of visible) {
      const isBelow = path === "/" || known.startsWith(`${path}/`);
      // A marker says nothing of its own layer.
      if (found.layer !== options.layer && (isBelow || (options.itself && known === path)))
        visible.delete(known);
    }
  };
  /** Not every builder writes folders: what lies below one says that it is there. */
  const addFolders = (path: string, layer: ImageLayer) => {
    for (let at = folderOf(path); at !== "/"; at = folderOf(at)) {
      if (wanted.has(at) && !visible.has(at)) visible.set(at, { entry: { ...FOLDER, path: at }, layer });
    }
  };
  for (const layer of layers) {
    let folder = "/";
    for (const entry of layer.entries()) {
      const { path, type } = entry;
      const isThere = type !== "opaque" && type !== "whiteout";
      if (isThere && folderOf(path) !== folder) {
        folder = folderOf(path);
        addFolders(path, layer);
      }
      if (!wanted.has(path) && path !== "/") continue;
      if (!isThere) forget(path, { layer, itself: type === "whiteout" });
      else {
        if (type !== "directory") forget(path, { layer, itself: true });
        visible.set(path, { entry, layer });
      }
    }
  }
  return visible;
}

/** The path without links; undefined when it leads nowhere, or to paths that are now wanted too. */
function resolve(
  path: string,
  options: { visible: ReadonlyMap<string, FoundFile>; wanted: Set<string>; follow: boolean },
): string | undefined {
  const { visible, wanted, follow } = options;
  let rest = path.split("/").filter((part) => part !== "");
  let real = "";
  for (let links = 0; rest.length > 0; ) {
    const [part = "", ...others] = rest;
    if (part === "." || part === "..") {
      if (part === "..") real = real.slice(0, Math.max(0, real.lastIndexOf("/")));
      rest = others;
      continue;
    }
    const next = `${real}/${part}`;
    wanted.add(next);
    const found = visible.get(next)?.entry;
    const isLast = others.length === 0;
    if (found?.type === "symlink" && (!isLast || follow)) {
      links += 1;
      if (links > MOST_LINKS) return undefined;
      if (found.link.startsWith("/")) real = "";
      rest = [...found.link.split("/").filter((each) => each !== ""), ...others];
    } else {
      real = next;
      rest = others;
    }
  }
  return real === "" ? "/" : real;
}
