import { posix } from "node:path";
import tar from "tar-stream";
import type { AgentFiles } from "../../agent/index.ts";
import type { FileOwner } from "./owner.ts";
import { checkFileName, type FilePlace, spaceFolder } from "./place.ts";

/** `/tmp` is there in every suite's container, also where the root is read-only, and is no place that results are taken from. */
const FOLDER = "/tmp/seatrial-spaces";

/**
 * Files of spaces in a container, put there through its agent. They belong to `owner`, if the agent may give files away. Nothing is
 * removed before the container goes.
 */
export function containerFilePlace(options: {
  files: Pick<AgentFiles, "put">;
  owner: FileOwner;
  /** Default: `/tmp/seatrial-spaces`. */
  folder?: string | undefined;
}): FilePlace {
  const { files: agentFiles, owner, folder: home = FOLDER } = options;
  return {
    async place(id, files, signal) {
      const folder = posix.join(home, spaceFolder(id));
      const pack = tar.pack();
      const entry = { ...owner, mode: 0o700, type: "directory" } as const;
      pack.entry({ ...entry, name: "./" });
      const folders = new Set(files.flatMap(({ name }) => foldersAbove(checkFileName(name))));
      for (const name of [...folders].sort()) pack.entry({ ...entry, name });
      for (const { name, text } of files) pack.entry({ ...owner, name, mode: 0o600 }, text);
      pack.finalize();
      await agentFiles.put(folder, pack, signal);
      return Object.fromEntries(files.map(({ name }) => [name, posix.join(folder, name)]));
    },
    remove: async () => undefined,
  };
}

function foldersAbove(name: string): string[] {
  const parts = name.split("/").slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}
