import { pipeline } from "node:stream/promises";
import { extract } from "tar-stream";
import type { FileTree } from "./files.ts";

/** The regular files of a tar stream, by absolute path. */
export async function readTar(tar: NodeJS.ReadableStream, signal: AbortSignal): Promise<FileTree> {
  const files: FileTree = new Map();
  const reader = extract();
  reader.on("entry", (header, entry, next) => {
    const chunks: Uint8Array[] = [];
    entry.on("data", (chunk) => chunks.push(chunk as Uint8Array));
    entry.on("end", () => {
      if (header.type === "file") files.set(`/${header.name.replace(/^\.?\//, "")}`, Buffer.concat(chunks));
      next();
    });
  });
  await pipeline(tar, reader, { signal });
  return files;
}
