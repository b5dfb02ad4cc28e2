import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { isGlob, parseGlob } from "../support/glob.ts";
import { kindOf, systemCode } from "./read-text.ts";

/** A file of the host that a path or glob named. */
export interface FoundFile {
  /** Absolute. */
  path: string;
  /** Below the part of the glob that has no pattern; a plain path's last name. */
  name: string;
}

const MOST = 10_000;

/**
 * The regular files that an absolute path or glob names, `2.sql` before `10.sql`. As with a shell, `*` leaves names out that begin
 * with a dot. Undefined when there is a folder where a file was named.
 */
export async function findFiles(wanted: string): Promise<FoundFile[] | undefined> {
  if (!isGlob(wanted)) {
    const kind = await kindOf(wanted);
    if (kind === "folder") return undefined;
    return kind === "file" ? [{ path: wanted, name: wanted.slice(wanted.lastIndexOf("/") + 1) }] : [];
  }
  const glob = parseGlob(wanted);
  const depth = wanted.includes("**") ? Number.POSITIVE_INFINITY : levels(wanted) - levels(glob.folder);
  const paths = await list(glob.folder, depth);
  return paths
    .filter((path) => glob.matches(path) && !hidesName(path, wanted))
    .sort(inNaturalOrder)
    .map((path) => ({ path, name: relative(glob.folder, path) }));
}

async function list(folder: string, depth: number): Promise<string[]> {
  const found: string[] = [];
  const folders = [{ path: folder, depth }];
  for (let next = folders.shift(); next !== undefined && found.length < MOST; next = folders.shift()) {
    for (const entry of await entriesOf(next.path)) {
      const path = join(next.path, entry.name);
      const kind = entry.isSymbolicLink() ? await kindOf(path) : entry.isDirectory() ? "folder" : "file";
      if (kind === "file") found.push(path);
      // A link to a folder may lead round in a circle.
      else if (kind === "folder" && next.depth > 1 && !entry.isSymbolicLink() && !SKIPPED.has(entry.name))
        folders.push({ path, depth: next.depth - 1 });
    }
  }
  return found;
}

const SKIPPED = new Set([".git", "node_modules"]);

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return [];
  }
}

function levels(path: string): number {
  return path.split("/").filter((part) => part !== "").length;
}

function hidesName(path: string, wanted: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.startsWith(".") && !wanted.slice(wanted.lastIndexOf("/") + 1).startsWith(".");
}

/** Numbers in names count as numbers. */
function inNaturalOrder(a: string, b: string): number {
  const [left, right] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const [one = "", other = ""] = [left[at], right[at]];
    if (one === other) continue;
    const difference = at % 2 === 1 ? Number(one) - Number(other) : 0;
    if (difference !== 0) return difference;
    return one < other ? -1 : 1;
  }
  return left.length - right.length;
}
