import type { Problem } from "../model/index.ts";
import type { Evidence } from "./evidence.ts";

/** A commit and whether its tree had changes, as far as git knows. */
export interface Source {
  commit?: string | undefined;
  dirty?: boolean | undefined;
}

/** Judges whether everything comes from one commit, and from nothing but it. */
export function judgeSource(options: {
  used: readonly Evidence[];
  now?: Source | undefined;
  built?: Source | undefined;
  allowDirty: boolean;
}): { refusals: Problem[]; warnings: string[] } {
  const { used, now, built, allowDirty } = options;
  const sources = [
    { what: "the tree now", source: now },
    { what: "the build", source: built },
    ...used.map(({ outcome }) => ({ what: `run ${outcome.run}`, source: outcome.source })),
  ];
  const commits = new Map<string, string>();
  for (const { what, source } of sources)
    if (source?.commit !== undefined && !commits.has(source.commit)) commits.set(source.commit, what);
  const dirty = [...new Set(sources.filter(({ source }) => source?.dirty === true).map(({ what }) => what))];
  const unknown = used.filter(({ outcome }) => outcome.source.commit === undefined);
  return {
    refusals: [
      ...(commits.size > 1 ? [severalCommits(commits)] : []),
      ...(dirty.length > 0 && !allowDirty ? [dirtyTree(dirty)] : []),
    ],
    warnings: [
      ...(dirty.length > 0 && allowDirty
        ? [`released although the git tree had changes: ${dirty.join(", ")}`]
        : []),
      ...(unknown.length > 0 && commits.size > 0 ? ["some runs do not say of which commit they are"] : []),
    ],
  };
}

function severalCommits(commits: ReadonlyMap<string, string>): Problem {
  const list = [...commits].map(([commit, what]) => `${commit.slice(0, 12)} (${what})`).join(", ");
  return {
    code: "EVIDENCE_OTHER_COMMIT",
    message: `What is to be released and what speaks for it are of several commits: ${list}.`,
    hint: "Build, test and release from one commit.",
  };
}

function dirtyTree(dirty: readonly string[]): Problem {
  return {
    code: "RELEASE_DIRTY_TREE",
    message: `The git tree had changes that are in no commit: ${dirty.join(", ")}.`,
    hint: "Commit them, build and test again, or release with --allow-dirty.",
  };
}
