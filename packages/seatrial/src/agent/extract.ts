import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import tar from "tar-stream";
import { formatBytes } from "../model/index.ts";

/** Takes the files of an archive. Names are relative, with `/`, and lead nowhere else. */
export interface FileSink {
  folder(name: string): Promise<void>;
  file(name: string, content: Readable, details: FileEntry): Promise<void>;
  link(name: string, target: string): Promise<void>;
}

/** What an archive says of a file. */
export interface FileEntry {
  executable: boolean;
  /** Bytes. */
  size: number;
  signal: AbortSignal;
}

/** How much of a container is taken at most. */
export interface ExtractLimits {
  bytes: number;
  files: number;
}

export const DEFAULT_LIMITS: ExtractLimits = { bytes: 2_000_000_000, files: 50_000 };

export interface Extracted {
  files: number;
  bytes: number;
  /** What was left out, and why. */
  warnings: string[];
}

const MOST_NAMED = 3;

/**
 * Writes a tar stream that nobody vouches for into a folder: nothing goes outside of it, links are made last and only when they
 * stay inside, devices and the like are left out.
 */
export async function extractSafely(options: {
  archive: Readable;
  into: FileSink;
  /** A folder below `into`; `""` for itself. */
  prefix: string;
  /** Names below which nothing is taken. */
  except?: readonly string[] | undefined;
  limits: ExtractLimits;
  signal: AbortSignal;
}): Promise<Extracted> {
  const { archive, into, limits, signal } = options;
  const result: Extracted = { files: 0, bytes: 0, warnings: [] };
  const leftOut = new Map<string, string[]>();
  const links: { name: string; target: string }[] = [];
  const files = new Set<string>();
  /** Files, folders, and the folders that they are in. */
  const taken = new Set<string>();
  const leave = (reason: string, name: string) => {
    leftOut.set(reason, [...(leftOut.get(reason) ?? []), JSON.stringify(name)]);
  };
  const extract = tar.extract();
  let full = false;
  // A failure shows in the entries as well; a late one, after the last entry that is wanted, is none.
  archive.on("error", () => undefined);
  extract.on("error", () => undefined);
  const sent = pipeline(archive, extract, { signal });
  sent.catch(() => undefined);

  for await (const entry of extract) {
    const { name: given, type, size = 0, mode = 0, linkname } = entry.header;
    const name = safeName(given, options.prefix);
    const excluded = options.except?.some((each) => given.replace(/^\.\//, "").startsWith(each)) ?? false;
    if (excluded || name === options.prefix) entry.resume();
    else if (name === undefined) leave("a path that leads outside", given);
    else if (type === "directory") {
      for (const each of [name, ...parentsOf(name)]) taken.add(each);
      await into.folder(name);
    } else if (type === "symlink" && linkname) links.push({ name, target: linkname });
    else if (type !== "file" && type !== "contiguous-file") leave(`a ${type ?? "strange entry"}`, given);
    else if (files.has(name)) leave("twice in the archive", given);
    else if (result.files >= limits.files || result.bytes + size > limits.bytes) {
      result.warnings.push(limitText(limits, given));
      full = true;
      break;
    } else {
      files.add(name);
      for (const each of [name, ...parentsOf(name)]) taken.add(each);
      const executable = (mode & 0o111) !== 0;
      await into.file(name, Readable.from(entry), { executable, size, signal });
      result.files += 1;
      result.bytes += size;
    }
    entry.resume();
  }
  if (!full) await sent;
  await makeLinks({ links, taken, into, leave });
  for (const [reason, names] of leftOut) result.warnings.push(leftOutText(reason, names));
  return result;
}

/** The path below the folder, or undefined when it would lead outside. */
function safeName(given: string, prefix: string): string | undefined {
  if (given.startsWith("/") || given.includes("\0") || given.includes("\\")) return undefined;
  if (given.split("/").includes("..")) return undefined;
  return path.posix.join(prefix, given).replace(/\/+$/, "").replace(/^\.$/, "");
}

async function makeLinks(options: {
  links: readonly { name: string; target: string }[];
  taken: ReadonlySet<string>;
  into: FileSink;
  leave: (reason: string, name: string) => void;
}): Promise<void> {
  const { links, taken, into, leave } = options;
  const names = new Set<string>();
  for (const { name, target } of links) {
    const to = path.posix.normalize(path.posix.join(path.posix.dirname(name), target));
    const outside = target.startsWith("/") || to === ".." || to.startsWith("../");
    // A link below another link would be made at that one's target.
    const nested = parentsOf(name).some((parent) => names.has(parent));
    if (outside || nested) leave("a link that leads outside", name);
    else if (taken.has(name) || names.has(name)) leave("twice in the archive", name);
    else {
      names.add(name);
      await into.link(name, target);
    }
  }
}

function parentsOf(name: string): string[] {
  const parts = name.split("/");
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join("/"));
}

function limitText(limits: ExtractLimits, name: string): string {
  return `stopped at ${JSON.stringify(name)}: more than ${formatBytes(limits.bytes)} or ${limits.files} files`;
}

function leftOutText(reason: string, names: readonly string[]): string {
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
  return `left out ${names.slice(0, MOST_NAMED).join(", ")}${more} (${reason})`;
}
