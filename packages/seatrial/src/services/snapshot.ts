import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { FileSpec } from "../model/index.ts";

/** Digests of the content of files, such as those of a service's first boot. Folders are read to their ends, in sorted order. */
export async function digestFiles(files: readonly FileSpec[]): Promise<{ target: string; digest: string }[]> {
  return await Promise.all(
    files.map(async (file) => {
      const hash = createHash("sha256");
      if (file.from.kind === "content") hash.update(file.from.content);
      else await digestPath(hash, file.from.path, "");
      return { target: file.target, digest: hash.digest("hex") };
    }),
  );
}

async function digestPath(
  hash: ReturnType<typeof createHash>,
  source: string,
  relative: string,
): Promise<void> {
  const stats = await lstat(source);
  hash.update(JSON.stringify([relative, stats.mode & 0o7777, stats.isDirectory() ? "folder" : stats.size]));
  if (stats.isDirectory()) {
    for (const entry of (await readdir(source)).sort()) {
      await digestPath(hash, path.join(source, entry), `${relative}/${entry}`);
    }
  } else if (stats.isFile()) {
    await pipeline(createReadStream(source), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) hash.update(chunk);
    });
  } else if (stats.isSymbolicLink()) {
    // It is copied as a link: what it points to counts where that is among the files itself.
    hash.update(JSON.stringify(["link", await readlink(source)]));
  }
}
