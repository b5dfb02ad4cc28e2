import { chmod, readFile } from "node:fs/promises";
import path from "node:path";
import { folderWith, put } from "./folder.ts";

/** A `docker` that does what a test says, alone in its PATH, with a Compose plugin beside it that is only looked at. */
export interface FakeDocker {
  /** The environment in which only this docker is found. */
  env: Record<string, string>;
  /** The folder of its configuration. */
  folder: string;
  /** The argument lists that it was called with. */
  calls(): Promise<string[]>;
}

/** Makes a docker whose every call runs this shell script. */
export async function fakeDocker(script: string): Promise<FakeDocker> {
  const folder = await folderWith({ "cli-plugins/docker-compose": "a plugin", "calls.txt": "" });
  await put(folder, "bin/docker", `#!/bin/sh\necho "$*" >> "$DOCKER_CONFIG/calls.txt"\n${script}\n`);
  await chmod(path.join(folder, "bin/docker"), 0o755);
  return {
    env: { PATH: path.join(folder, "bin"), HOME: folder, DOCKER_CONFIG: folder },
    folder,
    calls: async () => (await readFile(path.join(folder, "calls.txt"), "utf8")).split("\n").slice(0, -1),
  };
}

/** A script that prints this. */
export function printing(text: string): string {
  return `/bin/cat <<'END'\n${text}\nEND`;
}
