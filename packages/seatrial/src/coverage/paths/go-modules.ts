import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";

/** Where a Go module lies: relative to the project's root, with slashes; empty for the root itself. */
export interface GoModule {
  module: string;
  folder: string;
}

/**
 * The Go modules whose go.mod is among the files, or in a folder above the root up to the top of its checkout; what they replace by a
 * folder counts too. The longest names come first.
 */
export async function findGoModules(options: {
  root: string;
  files: readonly string[];
}): Promise<GoModule[]> {
  const root = path.resolve(options.root);
  const inside = options.files.filter((file) => file === "go.mod" || file.endsWith("/go.mod"));
  const found: GoModule[] = [];
  for (const file of [...inside, ...above(root)]) {
    const folder = path.posix.dirname(file) === "." ? "" : path.posix.dirname(file);
    const text = await readFile(path.join(root, file), "utf8").catch(() => "");
    found.push(...parseGoMod(text, folder));
  }
  return found.sort((a, b) => b.module.length - a.module.length);
}

/** The modules that a go.mod in a folder speaks of: its own, and those that it replaces by folders. */
export function parseGoMod(text: string, folder: string): GoModule[] {
  const modules: GoModule[] = [];
  let block = "";
  for (const raw of text.split("\n")) {
    const line = raw.replace(/\/\/.*$/, "").trim();
    if (line === ")") block = "";
    const opened = /^(\w+)\s*\($/.exec(line);
    if (opened !== null) {
      block = opened[1] ?? "";
      continue;
    }
    const words = line.split(/\s+/).map((word) => word.replace(/^(["`])(.*)\1$/, "$2"));
    const [verb = "", ...rest] = block === "" ? words : [block, ...words];
    const [first = ""] = rest;
    if (verb === "module" && first !== "") modules.push({ module: first, folder });
    const arrow = rest.indexOf("=>");
    const to = rest[arrow + 1] ?? "";
    if (verb === "replace" && arrow > 0 && /^\.{1,2}(\/|$)/.test(to))
      modules.push({ module: first, folder: join(folder, to) });
  }
  return modules;
}

function join(folder: string, to: string): string {
  const joined = path.posix.join(folder, to).replace(/\/$/, "");
  return joined === "." ? "" : joined;
}

/** A project may be a folder of a larger module. */
function above(root: string): string[] {
  const files: string[] = [];
  let up = "";
  for (let folder = root; !existsSync(path.join(folder, ".git")); ) {
    const next = path.dirname(folder);
    if (next === folder) return [];
    folder = next;
    up = `../${up}`;
    if (existsSync(path.join(folder, "go.mod"))) files.push(`${up}go.mod`);
  }
  return files;
}
