import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Problem } from "../../model/index.ts";
import type { UnitFile, UnitManifest } from "../units/manifest.ts";
import { unitName } from "../units/unit-name.ts";
import { writeUnit } from "../units/write-unit.ts";
import type { MergeSource } from "./merge-source.ts";

/** Writes the manifest of a merged unit, about what lies in its folder. Gives how many files that is. */
export async function completeUnit(options: {
  source: MergeSource;
  folder: string;
  problems: Problem[];
  time: number;
}): Promise<number> {
  const { source, folder, problems, time } = options;
  const manifests = source.units.map((unit) => unit.manifest);
  const [run = "merged", ...runs] = new Set(manifests.map((each) => each.run));
  const [commit, ...commits] = new Set(manifests.flatMap((each) => each.commit ?? []));
  const now = new Date(time).toISOString();
  const files = await filesOf(folder);
  await writeUnit(folder, {
    version: 1,
    run: runs.length === 0 ? run : "merged",
    service: unitName(source.name),
    instance: "merged",
    boot: "1",
    source: source.name,
    commit: commits.length === 0 ? commit : undefined,
    startedAt: manifests.map((each) => each.startedAt).sort()[0] ?? now,
    endedAt: endOf(manifests, now),
    argv: [],
    workingDir: "/",
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
      const content = await readFile(path.join(folder, part, name));
      const digest = createHash("sha256").update(content).digest("hex");
      files.push({ path: `${part}/${name}`, bytes: content.length, digest: `sha256:${digest}` });
    }
  }
  return files;
}
