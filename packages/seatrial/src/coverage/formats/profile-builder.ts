import type {
  BranchCoverage,
  FileCoverage,
  FunctionCoverage,
  LineCoverage,
  Profile,
  StatementCoverage,
} from "../data.ts";
import { compareBranches, compareFunctions, compareLines, compareRanges } from "../order.ts";
import { addHits } from "./numbers.ts";

/** Collects a profile in any order. What is said twice of one thing adds up; what has line 0 belongs to no line and is left out. */
export interface ProfileBuilder {
  /** The same one for the same path. */
  file(path: string): FileBuilder;
  build(): Profile;
}

export interface FileBuilder {
  statement(statement: StatementCoverage<number>): void;
  line(line: number, hits: number): void;
  branch(branch: BranchCoverage<number>): void;
  /** `identity` tells functions apart that share name and line: the second one's name gets a number. */
  function(found: FunctionCoverage<number>, identity?: string): void;
}

export function createProfileBuilder(): ProfileBuilder {
  const files = new Map<string, ReturnType<typeof createFileBuilder>>();
  return {
    file(path) {
      let file = files.get(path);
      if (file === undefined) {
        file = createFileBuilder(path);
        files.set(path, file);
      }
      return file;
    },
    build: () => ({ files: [...files.values()].map((file) => file.build()) }),
  };
}

function createFileBuilder(path: string): FileBuilder & { build(): FileCoverage<number> } {
  const statements = new Map<string, StatementCoverage<number>>();
  const lines = new Map<number, LineCoverage<number>>();
  const branches = new Map<string, BranchCoverage<number>>();
  const functions = new Map<string, FunctionCoverage<number>>();
  const namesakes = new Map<string, number>();

  return {
    statement(statement) {
      if (statement.startLine > 0) add(statements, rangeKey(statement), statement);
    },
    line(line, hits) {
      if (line > 0) add(lines, line, { line, hits });
    },
    branch(branch) {
      if (branch.line > 0) add(branches, `${branch.line} ${branch.block} ${branch.arm}`, branch);
    },
    function(found, identity = "") {
      if (found.line === 0) return;
      const place = `${found.line} ${found.name}`;
      const key = `${place}\n${identity}`;
      const known = functions.get(key);
      if (known !== undefined) {
        known.hits = addHits(known.hits, found.hits);
        return;
      }
      const count = (namesakes.get(place) ?? 0) + 1;
      namesakes.set(place, count);
      functions.set(key, count === 1 ? { ...found } : { ...found, name: `${found.name} (${count})` });
    },
    build: () => ({
      path,
      statements: [...statements.values()].sort(compareRanges),
      lines: [...lines.values()].sort(compareLines),
      branches: [...branches.values()].sort(compareBranches),
      functions: [...functions.values()].sort(compareFunctions),
    }),
  };
}

function rangeKey(range: StatementCoverage<number>): string {
  return `${range.startLine}.${range.startColumn}-${range.endLine}.${range.endColumn}`;
}

function add<Key, Found extends { hits: number }>(all: Map<Key, Found>, key: Key, found: Found): void {
  const known = all.get(key);
  if (known === undefined) all.set(key, { ...found });
  else known.hits = addHits(known.hits, found.hits);
}
