import type { BranchCoverage, Coverage, FileCoverage, Profile } from "./data.ts";
import type { ReadProfile } from "./units/read-source.ts";

/** The branches of all sources: of one report of all raw profiles where there is one, or else those of each. */
export function branchesOf(file: FileCoverage<number[]>): BranchCoverage<number[]>[] {
  return file.together ?? file.branches;
}

/**
 * Gives files their branches by one report of all raw profiles. Files of which another report knows branches too keep those of each source.
 * `read` says of `renamed`, the same profiles by the project's paths, which are in that report.
 */
export function withTogether(
  coverage: Coverage,
  options: {
    together: Profile | undefined;
    read: readonly { profiles: readonly ReadProfile[] }[];
    renamed: readonly { profiles: readonly Profile[] }[];
  },
): Coverage {
  const { together, read, renamed } = options;
  if (together === undefined) return coverage;
  const others = new Set(
    renamed.flatMap(({ profiles }, source) =>
      profiles
        .filter((_, at) => read[source]?.profiles[at]?.raw === undefined)
        .flatMap(({ files }) => files.flatMap((file) => (file.branches.length === 0 ? [] : [file.path]))),
    ),
  );
  const known = new Map(together.files.map((file) => [file.path, file.branches]));
  const files = coverage.files.map((file) => {
    const branches = others.has(file.path) ? undefined : known.get(file.path);
    if (branches === undefined) return file;
    return { ...file, together: branches.map((each) => ({ ...each, hits: [each.hits] })) };
  });
  return { ...coverage, files };
}
