import { createReadStream } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import tar from "tar-stream";
import { type FileSpec, formatBytes } from "../model/index.ts";
import { messageOf } from "../support/error.ts";
import type { Agent } from "./agent.ts";
import { agentError } from "./errors.ts";

type EntryHeader = Partial<tar.Header> & { name: string };

/** Sends files and folders of the host, and texts, into a container before its process starts. */
export async function placeFiles(options: {
  /** Whose files they are, for messages: `service db`. */
  subject: string;
  files: readonly FileSpec[];
  agent: Agent;
  onNote: (note: string) => void;
  signal: AbortSignal;
}): Promise<void> {
  if (options.files.length === 0) return;
  const pack = tar.pack();
  const filled = fill(pack, options.files).then(
    () => pack.finalize(),
    (error: unknown) => void pack.destroy(error as Error),
  );
  try {
    const [sent] = await Promise.all([
      options.agent.files.put("/", Readable.from(pack), options.signal),
      filled,
    ]);
    options.onNote(`placed ${sent.files} files (${formatBytes(sent.bytes)})`);
  } catch (error) {
    options.signal.throwIfAborted();
    throw agentError({
      code: "FILES_NOT_PLACED",
      message: `The files of ${options.subject} could not be placed in its container: ${messageOf(error)}`,
      hint: `Its targets: ${options.files.map((file) => file.target).join(", ")}`,
      cause: error,
      exitCode: 2,
    });
  }
}

async function fill(pack: tar.Pack, files: readonly FileSpec[]): Promise<void> {
  for (const file of files) {
    const name = file.target.replace(/^\/+/, "");
    if (file.from.kind === "content")
      await addEntry(pack, headerOf(file, { name, mode: 0o444 }), file.from.content);
    else await addPath(pack, file, file.from.path, name);
  }
}

async function addPath(pack: tar.Pack, file: FileSpec, source: string, name: string): Promise<void> {
  const stats = await lstat(source);
  const common = headerOf(file, { name, mode: stats.mode & 0o7777, mtime: stats.mtime });
  if (stats.isDirectory()) {
    await addEntry(pack, { ...common, type: "directory" });
    for (const entry of (await readdir(source)).sort()) {
      await addPath(pack, file, path.join(source, entry), `${name}/${entry}`);
    }
  } else if (stats.isSymbolicLink()) {
    await addEntry(pack, { ...common, type: "symlink", linkname: await readlink(source) });
  } else if (stats.isFile()) {
    const entry = pack.entry({ ...common, size: stats.size });
    await pipeline(createReadStream(source, { end: Math.max(0, stats.size - 1) }), entry);
  }
}

function headerOf(file: FileSpec, rest: EntryHeader): EntryHeader {
  // Host ids mean nothing in a container: root owns what no one else is named for, readable by all.
  return { ...rest, mode: file.mode ?? rest.mode ?? 0o644, uid: file.uid ?? 0, gid: file.gid ?? 0 };
}

function addEntry(pack: tar.Pack, header: EntryHeader, content?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    if (content === undefined) pack.entry(header, done);
    else pack.entry(header, content, done);
  });
}
