import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { type IgnoreRule, isIgnored, parseIgnore } from "./ignore-rules.ts";

const NEVER = new Set([".git", "node_modules", ".seatrial"]);
/** No source tree that people work on is larger; the root of a disk is. */
const MOST_FILES = 500_000;

/** Files below a folder that no `.gitignore` in it names, relative to it. Links are not followed. */
export async function walkFiles(root: string, signal: AbortSignal): Promise<string[]> {
  const files: string[] = [];
  const visit = async (folder: string, above: readonly IgnoreRule[]): Promise<void> => {
    signal.throwIfAborted();
    const place = path.join(root, folder);
    const entries = await readdir(place, { withFileTypes: true }).catch(() => []);
    const own = entries.some((entry) => entry.name === ".gitignore" && entry.isFile())
      ? parseIgnore(await readFile(path.join(place, ".gitignore"), "utf8").catch(() => ""), folder)
      : [];
    const rules = [...above, ...own];
    for (const entry of entries) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const isFolder = entry.isDirectory();
      if (files.length >= MOST_FILES || NEVER.has(entry.name)) continue;
      if (isIgnored(rules, name, isFolder)) continue;
      if (isFolder) await visit(name, rules);
      else if (entry.isFile()) files.push(name);
    }
  };
  await visit("", []);
  return files;
}
