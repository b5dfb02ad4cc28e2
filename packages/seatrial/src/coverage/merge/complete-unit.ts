import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { Problem } from "../../model/index.ts";
import type { UnitFile, UnitManifest } from "../units/manifest.ts";
import { writeUnit } from "../units/write-unit.ts";
import type { MergedIdentity } from "./merged-identity.ts";

/** Writes the manifest of a unit that was made of others, about what lies in its folder. Gives how many files that is. */
export async function completeUnit(options: {
  /** Of those that it was made of. */
  manifests: readonly UnitManifest[];
  identity: MergedIdentity;
  folder: string;
  boot: number;
  problems: Problem[];
  time: number;
}): Promise<number> {
  const { manifests, identity, folder, boot, problems, time } = options;
  const now = new Date(time).toISOString();
  const files = await filesOf(folder);
  await writeUnit(folder, {
    version: 1,
    ...identity,
    boot: String(boot),
    startedAt: manifests.map((each) => each.startedAt).sort()[0] ?? now,
    endedAt: endOf(manifests, now),
    argv: [],
    // Where relative names of reports begin, nobody said.
    workingDir: "",
    files,
    problems,
  });
  return files.length;
}

/** The last end; unknown where one of them is. Reports that are in no unit are whole. */
function endOf(manifests: readonly UnitManifest[], now: string): string | undefined {
  const ends = manifests.flatMap((each) => each.endedAt ?? []).sort();
  if (ends.length < manifests.length) return undefined;
  return ends.at(-1) ?? now;
}

async function filesOf(folder: string): Promise<UnitFile[]> {
  const files: UnitFile[] = [];
  for (const part of ["go", "reports"]) {
    for (const name of (await readdir(path.join(folder, part)).catch(() => [])).sort()) {
      const place = path.join(folder, part, name);
      const hash = createHash("sha256");
      await pipeline(createReadStream(place), hash);
      const { size } = await stat(place);
      files.push({ path: `${part}/${name}`, bytes: size, digest: `sha256:${hash.digest("hex")}` });
    }
  }
  return files;
}
