import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { coverageError } from "../errors.ts";
import type { StoredObject, UnitStorage } from "./storage.ts";

/** A folder that the wrapper, or somebody's copy, put units into. Links in it are not followed. */
export function openFolderStorage(root: string): UnitStorage {
  return {
    name: root,
    async *list(prefix, signal) {
      await stat(root).catch((cause: unknown) => {
        throw unreadable(root, cause);
      });
      yield* walk(path.join(root, prefix), prefix, signal);
    },
    async get(key) {
      const file = path.join(root, key);
      const handle = await open(file).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code === "ENOENT" || cause.code === "ENOTDIR") return undefined;
        throw unreadable(file, cause);
      });
      return handle === undefined ? undefined : createReadStream(file, { fd: handle });
    },
    [Symbol.dispose]: () => undefined,
  };
}

async function* walk(folder: string, prefix: string, signal: AbortSignal): AsyncGenerator<StoredObject[]> {
  signal.throwIfAborted();
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT" || cause.code === "ENOTDIR") return [];
    throw unreadable(folder, cause);
  });
  const files = entries.filter((entry) => entry.isFile());
  yield await Promise.all(
    files.map(async ({ name }) => {
      const bytes = await stat(path.join(folder, name)).then(
        (details) => details.size,
        () => undefined,
      );
      return { key: `${prefix}${name}`, bytes };
    }),
  );
  for (const entry of entries) {
    if (entry.isDirectory()) yield* walk(path.join(folder, entry.name), `${prefix}${entry.name}/`, signal);
  }
}

function unreadable(file: string, cause: unknown) {
  return coverageError({
    code: "COVERAGE_STORAGE_REFUSED",
    message: `${file} cannot be read: ${(cause as NodeJS.ErrnoException).code}`,
    cause,
  });
}
