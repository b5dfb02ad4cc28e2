import type { Problem } from "../../model/index.ts";
import { coverageError, coverageProblem } from "../errors.ts";
import type { UnitManifest } from "./manifest.ts";

const SHORTEST = 7;

/**
 * Fails with COVERAGE_COMMITS_DIFFER where units are of several commits; with `force` that is a problem only. Units that do not
 * know theirs fit any: where others do, a problem counts them.
 */
export function checkCommits(units: readonly UnitManifest[], force: boolean): Problem[] {
  const services = new Map<string, Set<string>>();
  for (const { commit = "", service } of units) {
    if (commit === "") continue;
    const known = [...services.keys()].find((each) => areSame(each, commit)) ?? commit;
    services.set(known, (services.get(known) ?? new Set()).add(service));
  }
  const unnamed = unnamedAmong(units, services.size);
  if (services.size < 2) return unnamed;
  const list = [...services]
    .map(([commit, names]) => `${commit.slice(0, 12)} (${shown([...names].sort())})`)
    .sort()
    .join(", ");
  const problem = {
    code: "COVERAGE_COMMITS_DIFFER",
    message: `The profiles are of ${services.size} commits: ${list}.`,
    hint: "Lines of one commit are not those of another. Choose units of one, or mix them with --force.",
  } as const;
  if (!force) throw coverageError(problem);
  return [
    { ...problem, hint: "They were mixed, because of --force: figures of files that changed are wrong." },
    ...unnamed,
  ];
}

function unnamedAmong(units: readonly UnitManifest[], commits: number): Problem[] {
  const unnamed = units.filter(({ commit = "" }) => commit === "");
  if (commits === 0 || unnamed.length === 0) return [];
  const services = shown([...new Set(unnamed.map(({ service }) => service))].sort());
  const [what, whose] = unnamed.length === 1 ? ["names", "its"] : ["name", "their"];
  return [
    coverageProblem({
      code: "COVERAGE_COMMIT_UNKNOWN",
      message: `${unnamed.length} of ${units.length} units ${what} no commit (${services}): whether ${whose} lines are those of the others is not known.`,
      hint: "Go programs name theirs when they are built in a git checkout; for any program, SEATRIAL_COVER_COMMIT does.",
    }),
  ];
}

/** Whether two commits are one, of which either may be shortened. */
export function areSame(one: string, other: string): boolean {
  if (one.length < SHORTEST || other.length < SHORTEST) return one === other;
  return one.startsWith(other) || other.startsWith(one);
}

function shown(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}
