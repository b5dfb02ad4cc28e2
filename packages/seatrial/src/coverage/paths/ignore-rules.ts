import { parseGlob } from "../../support/glob.ts";

export interface IgnoreRule {
  /** It takes back what rules before it ignored. */
  negated: boolean;
  foldersOnly: boolean;
  matches(path: string): boolean;
}

/** The rules of a `.gitignore` in a folder (relative to the root, empty for the root itself). */
export function parseIgnore(text: string, folder: string): IgnoreRule[] {
  return text.split("\n").flatMap((raw) => {
    const line = raw.replace(/\r$/, "").replace(/(?<!\\)\s+$/, "");
    if (line === "" || line.startsWith("#")) return [];
    const negated = line.startsWith("!");
    const body = line.slice(negated ? 1 : 0).replace(/^\\([#!])/, "$1");
    const foldersOnly = body.endsWith("/");
    const pattern = body.replace(/\/$/, "");
    if (pattern === "") return [];
    const base = folder === "" ? "" : `/${folder}`;
    const anchored = pattern.includes("/") ? pattern.replace(/^\//, "") : `**/${pattern}`;
    const glob = parseGlob(`${escaped(base)}/${anchored}`);
    return [{ negated, foldersOnly, matches: (path: string) => glob.matches(`/${path}`) }];
  });
}

/** Whether the last rule that speaks of a path ignores it. What lies in an ignored folder is never asked about. */
export function isIgnored(rules: readonly IgnoreRule[], path: string, isFolder: boolean): boolean {
  for (let at = rules.length - 1; at >= 0; at -= 1) {
    const rule = rules[at];
    if (rule === undefined || (rule.foldersOnly && !isFolder)) continue;
    if (rule.matches(path)) return !rule.negated;
  }
  return false;
}

/** Names of folders are no patterns. */
function escaped(folder: string): string {
  return folder.replace(/[*?[{]/g, "?");
}
