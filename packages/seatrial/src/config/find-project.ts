import { dirname, join, resolve } from "node:path";
import type { Environment } from "./environment.ts";
import { configError } from "./errors.ts";
import { absolutePath, kindOf, labelOf } from "./read-text.ts";

/** The names of the configuration file; the first one is what `init` writes. */
export const CONFIG_NAMES = ["seatrial.yaml", "seatrial.yml"] as const;

export interface FindProjectOptions {
  environment: Environment;
  /** Where to begin. Default: the current folder. */
  folder?: string | undefined;
  /** The configuration file itself. */
  file?: string | undefined;
}

/** Where a project is. */
export interface ProjectPlace {
  /** Absolute. */
  root: string;
  /** Absolute; absent when there is no configuration file. */
  file?: string | undefined;
}

/**
 * Finds the project: the nearest folder upwards with a `seatrial.yaml`, not beyond the git repository; without one, the
 * folder where the search began.
 */
export async function findProject(options: FindProjectOptions): Promise<ProjectPlace> {
  const { environment } = options;
  if (options.file !== undefined) {
    const file = absolutePath(options.file, environment.cwd, environment);
    return { root: dirname(file), file };
  }
  const start = resolve(environment.cwd, absolutePath(options.folder ?? ".", environment.cwd, environment));
  if ((await kindOf(start)) !== "folder") {
    throw configError({
      code: "CONFIG_NOT_FOUND",
      message: `no such folder: ${labelOf(start, environment)}`,
    });
  }
  for (let folder = start; ; folder = dirname(folder)) {
    for (const name of CONFIG_NAMES) {
      const file = join(folder, name);
      if ((await kindOf(file)) !== undefined) return { root: folder, file };
    }
    const end = dirname(folder) === folder || (await kindOf(join(folder, ".git"))) !== undefined;
    if (end) return { root: start };
  }
}
