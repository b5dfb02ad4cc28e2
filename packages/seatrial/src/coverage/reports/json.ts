import type { CoverageJudgement } from "../../model/index.ts";
import type { BranchCoverage, FileCoverage } from "../data.ts";
import { countOnly, totalsOf } from "../totals.ts";
import type { ReportInput } from "./report.ts";

/** `coverage.json`, version 1: see docs/guide/coverage.md. Lists of hits are in the order of `sources`. */
export interface JsonReport {
  version: 1;
  /** ISO 8601, in UTC. */
  time: string;
  sources: JsonSource[];
  totals: ReturnType<typeof totalsOf>;
  judgements: readonly CoverageJudgement[];
  files: JsonFile[];
}

interface JsonSource {
  name: string;
  totals: ReturnType<typeof totalsOf>;
  only: number;
}

interface JsonFile {
  path: string;
  totals: ReturnType<typeof totalsOf>;
  /** Start line and column, end line and column, statements, hits. */
  statements: [number, number, number, number, number, number[]][];
  /** Line, hits. */
  lines: [number, number[]][];
  /** Line, block, arm, hits. */
  branches: [number, number, number, number[]][];
  /** The same by one report of all profiles, where those of each source cannot be added up: one number of hits. */
  together?: [number, number, number, number[]][];
  /** Name, line, hits. */
  functions: [string, number, number[]][];
}

/** The whole model as JSON, in parts: what there is of each file and each source. One file a line. */
export function* writeJson({ coverage, judgements, time }: ReportInput): Generator<string> {
  const only = countOnly(coverage);
  const head: Omit<JsonReport, "files"> = {
    version: 1,
    time: new Date(time).toISOString(),
    sources: coverage.sources.map((name, at) => ({
      name,
      totals: totalsOf(coverage.files, { source: at }),
      only: only[at] ?? 0,
    })),
    totals: totalsOf(coverage.files),
    judgements,
  };
  yield `${JSON.stringify(head, undefined, 2).slice(0, -2)},\n  "files": [`;
  let separator = "\n";
  for (const file of coverage.files) {
    yield `${separator}    ${JSON.stringify(jsonFile(file))}`;
    separator = ",\n";
  }
  yield "\n  ]\n}\n";
}

function jsonFile(file: FileCoverage<number[]>): JsonFile {
  return {
    path: file.path,
    totals: totalsOf([file]),
    statements: file.statements.map((each) => [
      each.startLine,
      each.startColumn,
      each.endLine,
      each.endColumn,
      each.weight,
      each.hits,
    ]),
    lines: file.lines.map(({ line, hits }) => [line, hits]),
    branches: listed(file.branches),
    ...(file.together !== undefined && { together: listed(file.together) }),
    functions: file.functions.map(({ name, line, hits }) => [name, line, hits]),
  };
}

function listed(branches: readonly BranchCoverage<number[]>[]): JsonFile["branches"] {
  return branches.map(({ line, block, arm, hits }) => [line, block, arm, hits]);
}
