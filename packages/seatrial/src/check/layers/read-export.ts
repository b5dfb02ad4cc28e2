import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, type Header } from "tar-stream";
import type { Digest } from "../../model/index.ts";
import { isToolError, messageOf } from "../../support/error.ts";
import { checkError } from "../errors.ts";
import { decompressed, kindOf, peek } from "./blob.ts";
import { readLayer } from "./read-layer.ts";
import type { LayerReading } from "./reading.ts";
import type { Scanner } from "./scanner.ts";

/** The files of an export that matter, by name. */
export interface ExportedFiles {
  /** `manifest.json`, configurations, and other small files. */
  texts: Map<string, string>;
  layers: Map<string, ExportedLayer>;
  links: Map<string, string>;
}

/** A layer that was read, or one whose digest says that it had been before. */
export type ExportedLayer = { diffId: Digest; reading?: LayerReading | undefined };

export interface ReadExportOptions {
  stream: Readable;
  scanner: Scanner;
  /** The layer that a file was in an earlier export, when its reading is kept: its bytes are compared, not read again. */
  known: (name: string) => Digest | undefined;
  onLayer: (bytes: number) => void;
  signal: AbortSignal;
}

/** Of all small files together. */
const MOST_TEXT = 64 << 20;
const LARGEST_TEXT = 16 << 20;

/**
 * Reads an export once, from its first byte to its last: the layout that engines before 25 write (a folder for each layer) and the one
 * of the OCI (a blob for each). Nothing is kept of layers but their readings.
 */
export async function readExport(options: ReadExportOptions): Promise<ExportedFiles> {
  const { stream, signal } = options;
  const files: ExportedFiles = { texts: new Map(), layers: new Map(), links: new Map() };
  const tar = extract();
  const piping = pipeline(stream, tar, { signal });
  // It is awaited when the tar has ended well.
  piping.catch(() => undefined);
  try {
    for await (const entry of tar) await readFile(entry, files, options);
    await piping;
    return files;
  } catch (error) {
    signal.throwIfAborted();
    if (isToolError(error)) throw error;
    throw checkError({
      code: "LAYERS_UNREADABLE",
      message: `What the engine exported is no tar of images: ${messageOf(error)}.`,
      hint: "Look at the engine's log: it may have no space left for its temporary files.",
      cause: error,
    });
  }
}

async function readFile(
  entry: AsyncIterable<unknown> & { header: Header },
  files: ExportedFiles,
  options: ReadExportOptions,
): Promise<void> {
  const { name, type, linkname, size = 0 } = entry.header;
  if (type === "symlink" || type === "link") {
    const target = type === "link" ? (linkname ?? "") : posix.join(posix.dirname(name), linkname ?? "");
    files.links.set(name, target);
  }
  const { head, whole } = await peek(entry as AsyncIterable<Uint8Array>);
  const isLayer = name.endsWith("/layer.tar") || name.startsWith("blobs/");
  const kind = isLayer ? kindOf(head) : "other";
  if (type !== "file") await drain(whole);
  else if (kind === "other" && !name.endsWith("/layer.tar")) await readText(name, { whole, size, files });
  else {
    options.onLayer(size);
    const known = options.known(name);
    if (known !== undefined) {
      files.layers.set(name, { diffId: await compared({ whole, name, known }) });
      return;
    }
    const isCompressed = kind === "gzip" || kind === "zstd";
    const reading = await readLayer(decompressed(whole, kind), {
      scanner: options.scanner,
      size,
      compressed: isCompressed ? size : undefined,
    });
    files.layers.set(name, { diffId: reading.diffId, reading });
  }
}

async function readText(
  name: string,
  options: { whole: AsyncIterable<Uint8Array>; size: number; files: ExportedFiles },
): Promise<void> {
  const { whole, size, files } = options;
  const total = [...files.texts.values()].reduce((sum, text) => sum + text.length, 0);
  // Of these only configurations matter, and they are small.
  if (size > LARGEST_TEXT || total + size > MOST_TEXT) return await drain(whole);
  const chunks: Uint8Array[] = [];
  for await (const chunk of whole) chunks.push(chunk);
  files.texts.set(name, Buffer.concat(chunks).toString("utf8"));
}

async function drain(stream: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _chunk of stream);
}

/** The digest that is known of a file, when its bytes still are those: of a blob its own name says so. Else what they are. */
async function compared(options: {
  whole: AsyncIterable<Uint8Array>;
  name: string;
  known: Digest;
}): Promise<Digest> {
  const { whole, name, known } = options;
  const hash = createHash("sha256");
  for await (const chunk of whole) hash.update(chunk);
  const digest: Digest = `sha256:${hash.digest("hex")}`;
  return digest === `sha256:${posix.basename(name)}` ? known : digest;
}
