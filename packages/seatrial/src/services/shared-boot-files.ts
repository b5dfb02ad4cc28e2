import type { MountSpec } from "../model/index.ts";
import { overlap } from "./presets/index.ts";

/**
 * True when a volume that other services write to may have a part in a service's first boot: it lies at the folder of init files, or at a
 * path that the environment or the command line names. Nobody can tell from outside what is in it.
 */
export function hasSharedBootFiles(options: {
  mounts: readonly MountSpec[];
  initFolder: string;
  env: Readonly<Record<string, string>>;
  argv: readonly string[];
}): boolean {
  const { mounts, initFolder, env, argv } = options;
  const named = [...Object.values(env), ...argv].flatMap((text) => text.match(/\/[^\s:;,='"]+/g) ?? []);
  return mounts.some(
    ({ kind, target }) => kind === "volume" && [initFolder, ...named].some((path) => overlap(path, target)),
  );
}
