import tar from "tar-stream";
import type { AgentFiles } from "../../agent/index.ts";

/** A file of a container; undefined when it is larger than `most` bytes, or no file. Fails with FILE_NOT_FOUND. */
export async function readBytes(options: {
  files: Pick<AgentFiles, "get">;
  path: string;
  most: number;
  signal: AbortSignal;
}): Promise<Buffer | undefined> {
  const archive = await options.files.get(options.path, options.signal);
  const entries = tar.extract();
  archive.once("error", (error) => void entries.destroy(error));
  archive.pipe(entries);
  try {
    for await (const entry of entries) {
      if (entry.header.type !== "file") return undefined;
      if ((entry.header.size ?? 0) > options.most) return undefined;
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    }
    return undefined;
  } finally {
    archive.destroy();
  }
}
