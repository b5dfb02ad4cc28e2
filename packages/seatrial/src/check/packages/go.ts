import type { InstalledPackage } from "../layers/image-index.ts";

/** What Go's linker writes before the build information of a program. */
export const GO_MAGIC = Buffer.from("\xff Go buildinf:", "latin1");
/** How much must be known to tell whether it is one: its beginning, and the version of Go. */
export const GO_HEAD_BYTES = 512;
/** Of the build information; the largest programs have some 50 kB of it. */
const MOST_BYTES = 256 << 10;
const STRINGS = 32;
/** Before the lines about modules, so that the program finds them in its own memory. */
const MARKER = 16;

/** Bytes of the build information that begins here, from Go 1.18 or later; undefined when there is none. */
export function goInfoBytes(head: Buffer): number | undefined {
  const place = linesOf(head);
  return place && Math.min(place.end, MOST_BYTES);
}

/** The program that a file is, and every module that is in it. */
export function parseGo(info: Buffer, path: string): InstalledPackage[] {
  const place = linesOf(info);
  if (place === undefined) return [];
  const text = info.toString("latin1", place.start, place.end);
  const lines = [...text.matchAll(/^(path|mod|dep|=>)\t([!-~]+)(?:\t([!-~]*))?/gm)].map(
    ([, kind = "", name = "", version = ""]) => ({ kind, name, version }),
  );
  const program = lines.find(({ kind, name }) => kind === "path" && name !== "command-line-arguments")?.name;
  const version = lines.find(({ kind }) => kind === "mod")?.version ?? "";
  return [
    ...(program === undefined ? [] : [{ ecosystem: "go" as const, name: program, version, path }]),
    ...lines
      .filter(({ kind, name }) => kind !== "path" && name !== program)
      .map((line) => ({ ecosystem: "go-module" as const, name: line.name, version: line.version, path })),
  ];
}

/** Where the lines about modules are: behind the version of Go, each with its length in front. */
function linesOf(info: Buffer): { start: number; end: number } | undefined {
  const hasStrings = ((info[GO_MAGIC.length + 1] ?? 0) & 2) !== 0;
  const version = hasStrings ? lengthAt(info, STRINGS) : undefined;
  if (version === undefined) return undefined;
  const behind = version.next + version.length;
  // The words themselves may stand in a program that looks for others'.
  if (!info.toString("latin1", version.next, Math.min(behind, GO_HEAD_BYTES)).includes("go"))
    return undefined;
  const lines = lengthAt(info, behind);
  if (lines === undefined || lines.length <= MARKER) return undefined;
  return { start: lines.next + MARKER, end: lines.next + lines.length };
}

/** A length as Go writes it: seven bits a byte, the lowest first. */
function lengthAt(bytes: Buffer, start: number): { length: number; next: number } | undefined {
  let length = 0;
  for (let at = start; at < start + 4; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) return undefined;
    length += (byte & 127) * 2 ** (7 * (at - start));
    if (byte < 128) return { length, next: at + 1 };
  }
  return undefined;
}
