import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { docker } from "../engine.ts";
import type { Unit } from "./units.ts";

/** Profiles that are asked about together, by a name of letters. */
export type ProfileSets = Record<string, readonly Unit[]>;

/**
 * Runs a shell script in an image, as root, once for each set: the raw profiles of its units are at `$RAW/<number>/<language>`, and the
 * current folder is `/`. Gives what it prints, by set.
 */
export async function nativeTool(options: {
  image: string;
  sets: ProfileSets;
  script: string;
}): Promise<Record<string, string>> {
  const raw = await mkdtemp(path.join(tmpdir(), "seatrial-e2e-raw-"));
  const each = `for RAW in /raw/*; do echo "=== \${RAW#/raw/}"; cd /; ( ${options.script}
    ); echo; done`;
  const entry = ["--user", "0:0", "--entrypoint", "sh"];
  const container = await docker("create", ...entry, options.image, "-euc", each);
  try {
    for (const [set, units] of Object.entries(options.sets)) {
      for (const [at, unit] of units.entries()) await copyRaw(unit.folder, `${raw}/${set}/${at}`);
    }
    await docker("cp", raw, `${container}:/raw`);
    const parts = (await docker("start", "--attach", container)).split(/^=== (\w+)\n/m).slice(1);
    return Object.fromEntries(
      parts.flatMap((name, at) => (at % 2 === 0 ? [[name, (parts[at + 1] ?? "").trim()]] : [])),
    );
  } finally {
    await docker("rm", "--force", "--volumes", container);
    await rm(raw, { recursive: true });
  }
}

/** What is ours in a unit is not shown to the tool. */
async function copyRaw(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  const isRaw = (file: string) => !/^(exports|sources|reports)(\/|$)/.test(path.relative(from, file));
  await cp(from, to, { recursive: true, filter: isRaw });
}
