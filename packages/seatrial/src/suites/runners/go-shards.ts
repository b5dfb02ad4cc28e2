import type { GoBinary } from "./go-binaries.ts";
import type { Shard } from "./runner.ts";

/** One start of a test binary. */
export interface GoJob {
  binary: GoBinary;
  /** The value of `-test.run`. Absent: everything. */
  run?: string | undefined;
}

// One argument may have 128 KiB on Linux.
const LONGEST_PATTERN = 64 * 1024;

/** True when a shard is made of whole binaries. A pattern with a subtest part cannot be turned into a list of tests. */
export function shardsByBinary(options: {
  binaries: number;
  shard: Shard;
  grep?: string | undefined;
}): boolean {
  return options.binaries >= options.shard.count || splitPattern(options.grep ?? "").length > 1;
}

/** Every `count`-th item, beginning with the `index`-th: all shards together have each item exactly once. */
export function shareOf<T>(items: readonly T[], shard: Shard): T[] {
  return items.filter((_, at) => at % shard.count === shard.index - 1);
}

/** The starts that run exactly these tests of a binary, the list cut so that it fits into an argument. */
export function jobsFor(binary: GoBinary, tests: readonly string[], longest = LONGEST_PATTERN): GoJob[] {
  const jobs: GoJob[] = [];
  let names: string[] = [];
  let size = 0;
  for (const test of tests) {
    if (size + test.length >= longest && names.length > 0) {
      jobs.push({ binary, run: exactly(names) });
      names = [];
      size = 0;
    }
    names.push(test);
    size += test.length + 1;
  }
  if (names.length > 0) jobs.push({ binary, run: exactly(names) });
  return jobs;
}

function exactly(names: readonly string[]): string {
  return `^(?:${names.join("|")})$`;
}

/** The tests in the answer to `-test.list`, which may hold what TestMain printed. Benchmarks are not run. */
export function testsIn(listing: string): string[] {
  return listing
    .split("\n")
    .map((line) => line.replace(/\r$/, ""))
    .filter((line) => /^(?:Test|Fuzz|Example)[\p{L}\p{N}_]*$/u.test(line));
}

/** A `-test.run` pattern cut at its slashes outside of brackets and parentheses, as the testing package does. */
export function splitPattern(pattern: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let inSet = false;
  let from = 0;
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at];
    if (char === "\\") at += 1;
    else if (char === "[") inSet = true;
    else if (char === "]") inSet = false;
    else if (char === "(" && !inSet) depth += 1;
    else if (char === ")" && !inSet) depth -= 1;
    else if (char === "/" && !inSet && depth === 0) {
      parts.push(pattern.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, pattern.slice(from)];
}
