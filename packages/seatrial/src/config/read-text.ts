import { readFile, stat } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { messageOf } from "../support/error.ts";
import type { Environment } from "./environment.ts";
import { type ConfigErrorCode, configError } from "./errors.ts";
import type { Source } from "./source.ts";

const LARGEST = 1_000_000;

export interface ReadTextOptions {
  /** Absolute. */
  path: string;
  environment: Environment;
  /** The codes for a file that is not there, and for one that is there and cannot be used. */
  missing: ConfigErrorCode;
  unreadable: ConfigErrorCode;
  hint?: string | undefined;
}

/** Reads a text file: UTF-8, with or without a byte order mark, at most 1 MB. */
export async function readText(options: ReadTextOptions): Promise<Source> {
  const { path, environment } = options;
  const label = labelOf(path, environment);
  const unusable = (problem: string, hint?: string) =>
    configError({ code: options.unreadable, message: `${label} ${problem}`, hint });
  let bytes: Buffer;
  try {
    const info = await stat(path);
    if (info.isDirectory()) throw unusable("is a folder, expected a file");
    if (!info.isFile()) throw unusable("is not a regular file");
    if (info.size > LARGEST) throw unusable(`has ${info.size} bytes, expected at most ${LARGEST}`);
    bytes = await readFile(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    if (code !== "ENOENT" && code !== "ENOTDIR") {
      throw configError({
        code: options.unreadable,
        message: `cannot read ${label}: ${messageOf(error)}`,
        cause: error,
      });
    }
    throw configError({
      code: options.missing,
      message: `no such file: ${label}`,
      hint: options.hint,
      cause: error,
    });
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw unusable("is UTF-16, expected UTF-8", "save it as UTF-8");
  }
  const text = decode(bytes);
  if (text === undefined) {
    throw unusable(
      `is not UTF-8: line ${badLine(bytes)} has bytes that are no character`,
      "save it as UTF-8",
    );
  }
  return { path, label, text };
}

/** A path as people like to read it: relative when it is below where they stand. */
export function labelOf(path: string, environment: Environment): string {
  const short = relative(environment.cwd, path);
  return short === "" || short === ".." || short.startsWith(`..${sep}`) || isAbsolute(short) ? path : short;
}

/** An absolute path from one that is absolute, starts with `~/`, or is relative to `folder`. */
export function absolutePath(path: string, folder: string, environment: Environment): string {
  if (path === "~") return environment.home;
  if (path.startsWith("~/")) return resolve(environment.home, path.slice(2));
  return resolve(folder, path);
}

/** The kind of thing at a path, or undefined when there is nothing that we can see. */
export async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && "syscall" in error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Line feeds are never part of a longer UTF-8 sequence, so each line can be tried alone. */
function badLine(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; start <= bytes.length; line += 1) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed;
    if (decode(bytes.subarray(start, end)) === undefined) return line;
    start = end + 1;
  }
  return line;
}
