import type { EntryType, LayerEntry } from "./image-index.ts";
import { cleanPath, folderOf, nameOf } from "./path.ts";
import type { TarEntry } from "./tar-parser.ts";

const TYPES: Readonly<Record<string, EntryType>> = {
  "0": "file",
  "1": "hardlink",
  "2": "symlink",
  "3": "device",
  "4": "device",
  "5": "directory",
  "6": "fifo",
  S: "file",
};

/** What a tar's entry means in a layer; undefined when it means nothing. */
export function layerEntry(entry: TarEntry): LayerEntry | undefined {
  const type = TYPES[entry.flag];
  if (type === undefined) return undefined;
  const path = cleanPath(entry.name);
  const { size, mode, uid, gid, link } = entry;
  const name = nameOf(path);
  if (name.startsWith(".wh.")) {
    const marker = { size: 0, mode: 0, uid: 0, gid: 0, link: "" };
    if (name === ".wh..wh..opq") return { path: folderOf(path), type: "opaque", ...marker };
    // Others of this kind are notes that old storage drivers made for themselves.
    if (name.startsWith(".wh..wh.") || name === ".wh.") return undefined;
    const deleted = `${folderOf(path)}/${name.slice(".wh.".length)}`;
    return { path: cleanPath(deleted), type: "whiteout", ...marker };
  }
  // Tars from before 1988 mark directories by their names only.
  const actual = type === "file" && entry.name.endsWith("/") ? "directory" : type;
  return { path, type: actual, size: actual === "file" ? size : 0, mode: mode & 0o7777, uid, gid, link };
}
