import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Digest } from "../../../model/index.ts";
import { makeFolder } from "../../../support/make-folder.ts";
import { coverageError } from "../../errors.ts";
import { withRetries } from "../retry.ts";
import type { ReadOptions } from "./read-manifests.ts";

export interface FileToFetch {
  key: string;
  /** Where it is to lie. */
  to: string;
  /** What it must be; absent for files that no manifest speaks of. */
  expected?: { bytes: number; digest: Digest } | undefined;
}

/** `here`: it was there already, and right. Else it was not written, and this is why. */
export type FetchedFile = { state: "fetched" | "here"; bytes: number } | { state: "wrong"; why: string };

/** Brings a file whole and verified, or not at all. Fails with COVERAGE_NOT_WRITTEN and with what storage fails with. */
export async function fetchFile(file: FileToFetch, options: ReadOptions): Promise<FetchedFile> {
  const { expected, to } = file;
  if (expected !== undefined && (await isHere(to, expected))) return { state: "here", bytes: expected.bytes };
  return await withRetries(options.patience, options.signal, () => download(file, options));
}

async function isHere(file: string, expected: { bytes: number; digest: Digest }): Promise<boolean> {
  const details = await stat(file).catch(() => undefined);
  if (details?.isFile() !== true || details.size !== expected.bytes) return false;
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return `sha256:${hash.digest("hex")}` === expected.digest;
}

async function download(
  { key, to, expected }: FileToFetch,
  { storage, signal }: ReadOptions,
): Promise<FetchedFile> {
  const part = path.join(path.dirname(to), `.unfinished-${randomUUID()}`);
  // Opened first: content that is there is read, or left, by whoever asked for it.
  const handle = await writing(to, async () => {
    await makeFolder(path.dirname(to));
    return await open(part, "wx");
  });
  try {
    const content = await storage.get(key, signal);
    if (content === undefined) return { state: "wrong", why: "is not there" };
    const { bytes, digest } = await copy({ content, handle, to, most: expected?.bytes });
    const wrong = expected === undefined ? undefined : difference({ bytes, digest }, expected);
    if (wrong !== undefined) return { state: "wrong", why: wrong };
    await writing(to, () => rename(part, to));
    return { state: "fetched", bytes };
  } finally {
    await handle.close().catch(() => undefined);
    // Where it arrived it has its name by now.
    await rm(part, { force: true }).catch(() => undefined);
  }
}

async function copy(options: {
  content: AsyncIterable<Uint8Array>;
  handle: FileHandle;
  to: string;
  /** No more than one byte beyond is read. */
  most?: number | undefined;
}): Promise<{ bytes: number; digest: string }> {
  const { content, handle, to, most = Number.POSITIVE_INFINITY } = options;
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    if (bytes > most) break;
    hash.update(chunk);
    await writing(to, () => handle.writeFile(chunk));
  }
  return { bytes, digest: `sha256:${hash.digest("hex")}` };
}

function difference(
  found: { bytes: number; digest: string },
  expected: { bytes: number; digest: Digest },
): string | undefined {
  if (found.bytes > expected.bytes)
    return `is larger than the ${expected.bytes} bytes that its manifest says`;
  if (found.bytes < expected.bytes) return `has ${found.bytes} bytes, its manifest says ${expected.bytes}`;
  return found.digest === expected.digest ? undefined : "has another digest than its manifest says";
}

/** Fails with COVERAGE_NOT_WRITTEN for what the file system refuses. */
export async function writing<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw coverageError({
      code: "COVERAGE_NOT_WRITTEN",
      message: `${file} cannot be written: ${(cause as NodeJS.ErrnoException).code}.`,
      hint: "Choose another folder with --into.",
      cause,
    });
  }
}
