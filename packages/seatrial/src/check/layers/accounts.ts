import { formatBytes } from "../../model/index.ts";
import type { AccountsFile, ImageLayer, LayerEntry } from "./image-index.ts";
import { type FoundFile, findFiles } from "./lookup.ts";
import { cleanPath } from "./path.ts";

/** A file of users or groups as a container reads it; else what is there, of which nobody can tell whom it lists. */
export type Accounts = Pick<AccountsFile, "text"> | { unknown: string; isFolder: boolean };

/** No real one comes near. */
export const LARGEST_ACCOUNTS = 1 << 20;

/** Hard links to hard links. */
const MOST_LINKS = 10;
/** Of a file's beginning, enough for its first line. */
const HEAD = 512;
/** A user with seven fields, or a group with four, behind lines that are empty. Passwords of their own file have nine. */
const FIRST_LINE = /^\s*[^:\s]+:[^:\s]*:\d+:(?:\d+:[^:\n]*:[^:\n]*:[^:\n]*|[^:\s]*)\r?(?:\n|$)/;

/** Whether a file that begins so lists users or groups, wherever it lies: `/etc/passwd` may be a link to it. */
export function listsAccounts(content: Buffer): boolean {
  return FIRST_LINE.test(content.toString("latin1", 0, HEAD));
}

/** The first bytes of a file that tell nothing yet. */
export function isCutHead(head: Buffer, size: number): boolean {
  return head.length < Math.min(HEAD, size);
}

/** What a container finds at these paths, all layers laid over each other and links followed. Where no file is, nobody is listed. */
export function readAccounts(layers: readonly ImageLayer[], paths: readonly string[]): Map<string, Accounts> {
  const found = findFiles(layers, paths, { follow: true });
  return new Map(paths.map((path) => [path, contentOf(layers, { path, found: found.get(path), links: 0 })]));
}

function contentOf(
  layers: readonly ImageLayer[],
  { path, found, links }: { path: string; found: FoundFile | undefined; links: number },
): Accounts {
  if (found === undefined) return { text: "" };
  const { entry, layer } = found;
  if (entry.type === "hardlink" && links < MOST_LINKS) {
    // What it leads to may be replaced in a later layer: the link stays what it was.
    const below = layers.slice(0, layer.number);
    const target = cleanPath(entry.link);
    const linked = findFiles(below, [target], { follow: true }).get(target);
    return contentOf(below, { path, found: linked, links: links + 1 });
  }
  if (entry.type === "file" && entry.size === 0) return { text: "" };
  if (entry.type === "file" && entry.size <= LARGEST_ACCOUNTS) {
    const kept = layer.accounts.findLast((file) => file.path === entry.path);
    if (kept !== undefined) return kept;
  }
  return {
    unknown: `${path} is ${entry.path}, ${whyUnknown(entry)}`,
    isFolder: entry.type === "directory",
  };
}

function whyUnknown({ type, size }: LayerEntry): string {
  if (type !== "file") return `a ${type}`;
  return size > LARGEST_ACCOUNTS
    ? `a file of ${formatBytes(size)}, of which at most ${formatBytes(LARGEST_ACCOUNTS)} would be read`
    : "a file that does not begin as one, or that comes after more of those than are kept of a layer";
}
