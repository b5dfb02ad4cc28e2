import { lstat } from "node:fs/promises";
import path from "node:path";
import type { Problem } from "../../model/index.ts";
import type { Profile } from "../data.ts";
import { printableName } from "../printable.ts";
import type { ReadProfile } from "../units/read-source.ts";
import { type ProjectPaths, type ResolvedName, resolveNames } from "./resolve-names.ts";

export interface NamedReadings {
  name: string;
  profiles: readonly ReadProfile[];
}

export interface Resolution {
  sources: { name: string; profiles: Profile[] }[];
  /** Paths whose text is the project's, and may be shown. */
  known: Set<string>;
  /** One at most: which names mean no file of the project. */
  problems: Problem[];
}

/**
 * Gives the files of profiles their names in the project. Those of dependencies and toolchains are left out, and those for which `counts`
 * is false; what nobody knows keeps its name.
 */
export async function applyPaths(options: {
  sources: readonly NamedReadings[];
  project: ProjectPaths;
  counts: (path: string) => boolean;
}): Promise<Resolution> {
  const { sources, project, counts } = options;
  const readings = sources.flatMap(({ profiles }) => profiles);
  const resolved = resolveNames(
    readings.map(({ profile, names, workingDir, modules }) => ({
      names: profile.files.map((file) => file.path),
      kind: names,
      workingDir,
      modules,
    })),
    project,
  );
  const byReading = new Map(readings.map((reading, at) => [reading, resolved[at] ?? []]));
  const used = sources.map(({ name, profiles }) => ({
    name,
    profiles: profiles.map((reading) => renamed(reading.profile, byReading.get(reading) ?? [], counts)),
  }));
  const all = resolved.flat().filter((each) => each.is !== "foreign" && counts(each.path));
  const known = new Set<string>();
  for (const { path: place, is } of all)
    if (!known.has(place) && (is === "project" || is === "gone") && (await isThere(project.root, place)))
      known.add(place);
  const missing = new Set(all.map((each) => each.path).filter((place) => !known.has(place)));
  return { sources: used, known, problems: missing.size === 0 ? [] : [unknown([...missing].sort())] };
}

function renamed(
  profile: Profile,
  names: readonly ResolvedName[],
  counts: (path: string) => boolean,
): Profile {
  return {
    files: profile.files.flatMap((file, at) => {
      const name = names[at];
      if (name === undefined || name.is === "foreign" || !counts(name.path)) return [];
      if (name.path.length > LONGEST) return [];
      return [name.path === file.path ? file : { ...file, path: name.path }];
    }),
  };
}

async function isThere(root: string, place: string): Promise<boolean> {
  const details = await lstat(path.resolve(root, place)).catch(() => undefined);
  return details?.isFile() === true;
}

const SHOWN = 5;
const LONGEST_SHOWN = 200;
/** No system has longer paths. */
const LONGEST = 4096;

function unknown(names: readonly string[]): Problem {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  const [what, keep] =
    names.length === 1 ? ["file", "it keeps its name"] : ["files", "they keep their names"];
  const shown = names.slice(0, SHOWN).map((name) => printableName(name.slice(0, LONGEST_SHOWN)));
  return {
    code: "COVERAGE_FILES_UNKNOWN",
    message: `Profiles name ${names.length} ${what} that the project does not have, and ${keep}: ${shown.join(", ")}${more}.`,
    hint: "Say with coverage.paths which folder of the project a folder of the image is, or leave generated files out with coverage.exclude.",
  };
}
