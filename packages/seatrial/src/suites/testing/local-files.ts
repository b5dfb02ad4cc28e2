import { chmod, lstat, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import tar from "tar-stream";
import { type AgentFiles, agentError, type FileDetails, type GoBuildInfo } from "../../agent/index.ts";
import { orAborted } from "../../support/abort.ts";

export interface LocalFilesOptions {
  /** The build information of Go binaries, by path. */
  go?: Record<string, GoBuildInfo> | undefined;
  /** The archive that `get` gives for a path, in place of what is there. */
  archives?: Record<string, () => Readable> | undefined;
}

/** Files of this machine as an agent hands them over. `lost` aborts when the connection is gone. */
export function localFiles(options: LocalFilesOptions, lost: AbortSignal): AgentFiles {
  return {
    async put(folder, archive, signal) {
      const extract = tar.extract();
      Readable.from(archive).pipe(extract);
      let files = 0;
      for await (const entry of extract) {
        signal.throwIfAborted();
        const place = path.join(folder, entry.header.name);
        const chunks: Buffer[] = [];
        for await (const chunk of entry) chunks.push(chunk as Buffer);
        await mkdir(path.dirname(place), { recursive: true });
        if (entry.header.type === "directory") {
          await mkdir(place, { recursive: true });
          await chmod(place, entry.header.mode ?? 0o755);
        } else {
          files += 1;
          await writeFile(place, Buffer.concat(chunks), { mode: entry.header.mode ?? 0o644 });
        }
      }
      return { files, bytes: 0 };
    },
    async get(place, signal) {
      lost.throwIfAborted();
      signal.throwIfAborted();
      const made = options.archives?.[place];
      if (made !== undefined) return made();
      const details = await lstat(place).catch(() => undefined);
      if (details === undefined) throw notFound(place);
      const pack = tar.pack();
      if (details.isDirectory()) await addFolder(pack, place, ".");
      else pack.entry({ name: path.basename(place) }, await readFile(place));
      pack.finalize();
      return Readable.from(pack);
    },
    stat: (place, signal) => orAborted(detailsOf(place, options), AbortSignal.any([signal, lost])),
    statLink: (place, signal) => orAborted(detailsOf(place, options), AbortSignal.any([signal, lost])),
    async list(place, { suffix = "", signal }) {
      const entries = await orAborted(
        readdir(place, { recursive: true, withFileTypes: true }).catch(() => undefined),
        AbortSignal.any([signal, lost]),
      );
      if (entries === undefined) throw notFound(place);
      const names = entries
        .filter((entry) => entry.isFile() && entry.name.endsWith(suffix))
        .map((entry) => path.join(entry.parentPath, entry.name))
        .sort();
      const found = await Promise.all(names.map((name) => detailsOf(name, options)));
      return found.filter((each) => each !== undefined);
    },
  };
}

async function detailsOf(place: string, options: LocalFilesOptions): Promise<FileDetails | undefined> {
  const found = await stat(place).catch(() => undefined);
  if (found === undefined) return undefined;
  const { size, mode, uid, gid } = found;
  const kind = found.isDirectory() ? "folder" : found.isFile() ? "file" : "other";
  return { path: place, kind, size, mode: mode & 0o7777, uid, gid, go: options.go?.[place] };
}

async function addFolder(pack: tar.Pack, folder: string, name: string): Promise<void> {
  pack.entry({ name: `${name}/`, type: "directory" });
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name);
    const inner = name === "." ? entry.name : `${name}/${entry.name}`;
    if (entry.isDirectory()) await addFolder(pack, place, inner);
    else if (entry.isFile()) pack.entry({ name: inner }, await readFile(place));
  }
}

function notFound(place: string) {
  return agentError({ code: "FILE_NOT_FOUND", message: `${place}: nothing is there` });
}
