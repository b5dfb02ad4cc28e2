import { addHits } from "../numbers.ts";
import type { FileBuilder } from "../profile-builder.ts";
import type { LlvmArm } from "./drop-folded.ts";
import { findSite } from "./find-site.ts";
import type { FunctionGroup, FunctionInstance } from "./group-functions.ts";
import { readableName } from "./readable-name.ts";

type Place = [startLine: number, startColumn: number, endLine: number, endColumn: number];

/** What functions of one file are added to. */
export interface LlvmFile {
  file: FileBuilder;
  arms: LlvmArm[];
}

/** Something that counts, with its place in the function's own file. */
interface Counted {
  place: Place;
  /** How many columns its text has; endless over several lines. */
  width: number;
  /** One count for a region, two for a condition. */
  hits: number[];
}

/** Adds a function to its file: one function, and of its instantiations the statements and branches of the one that reached most. */
export function addGroup(group: FunctionGroup, { file, arms }: LlvmFile): void {
  const { start, instances } = group;
  const name = readableName(instances[0]?.function.name ?? "");
  const hits = instances.reduce((all, one) => addHits(all, one.function.hits), 0);
  file.function({ name, line: start.startLine, hits }, String(start.startColumn));

  for (const { place, hits: counts } of mostReached(instances.map(regionsOf))) {
    const [startLine, startColumn, endLine, endColumn] = place;
    const [count = 0] = counts;
    file.statement({ startLine, startColumn, endLine, endColumn, weight: 1, hits: count });
  }
  for (const { place, width, hits: counts } of mostReached(instances.map(branchesOf))) {
    const [line, block] = place;
    for (const [arm, count] of counts.entries()) arms.push({ line, block, arm, hits: count, width });
  }
}

function regionsOf(instance: FunctionInstance): Counted[] {
  const regions = instance.function.regions.filter((region) => region.kind === "code");
  return placed(
    instance,
    regions.map((region) => ({ region, hits: [region.hits] })),
  );
}

function branchesOf(instance: FunctionInstance): Counted[] {
  const { branches } = instance.function;
  return placed(
    instance,
    branches.map((region) => ({ region, hits: [region.hits, region.falseHits] })),
  );
}

/** Places in the function's own file. What a macro brings stands where the macro is used; what stands at one place takes a column each. */
function placed(
  instance: FunctionInstance,
  all: { region: FunctionInstance["function"]["regions"][number]; hits: number[] }[],
): Counted[] {
  const siteOf = findSite(instance);
  const taken = new Map<string, number>();
  return all.map(({ region, hits }) => {
    const site = siteOf(region);
    const key = `${site.startLine}:${site.startColumn}-${site.endLine}:${site.endColumn}`;
    const before = taken.get(key) ?? 0;
    taken.set(key, before + 1);
    const startColumn = site.startColumn + before;
    const endColumn =
      site.endLine > site.startLine ? site.endColumn : Math.max(site.endColumn, startColumn + 1);
    const width =
      region.endLine > region.startLine ? Number.POSITIVE_INFINITY : region.endColumn - region.startColumn;
    return { place: [site.startLine, startColumn, site.endLine, endColumn], width, hits };
  });
}

/** LLVM's sum of instantiations: the most that one of them reached, of the most that one of them has. */
function mostReached(instances: readonly Counted[][]): Counted[] {
  const reached = (all: readonly Counted[]) =>
    all.reduce((sum, { hits }) => sum + hits.filter((count) => count > 0).length, 0);
  const [first = [], ...others] = instances;
  let best = first;
  let longest = first;
  for (const other of others) {
    if (reached(other) > reached(best)) best = other;
    if (other.length > longest.length) longest = other;
  }
  if (longest.length === best.length) return best;
  const known = new Set(best.map(({ place }) => place.join()));
  const missing = longest
    .filter(({ place }) => !known.has(place.join()))
    .slice(0, longest.length - best.length);
  return [...best, ...missing.map((one) => ({ ...one, hits: one.hits.map(() => 0) }))];
}
