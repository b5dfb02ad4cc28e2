/** Lines and columns from 1; the end column is exclusive. */
export interface SourceRange {
  startLine: number;
  startColumn: number;
  endLine: number;
  endColumn: number;
}

/** `weight`: how many statements it is: Go counts those of a block at once. */
export interface StatementCoverage<Hits> extends SourceRange {
  weight: number;
  hits: Hits;
}

export interface LineCoverage<Hits> {
  line: number;
  hits: Hits;
}

/** One way out of a branch. Those of one line and `block` belong together; `arm` tells them apart. */
export interface BranchCoverage<Hits> {
  line: number;
  block: number;
  arm: number;
  hits: Hits;
}

export interface FunctionCoverage<Hits> {
  name: string;
  line: number;
  hits: Hits;
}

/** What is known of one file. A list is empty where the file's tool does not know of such things. */
export interface FileCoverage<Hits> {
  /** With slashes: relative to the project's root, or as its profile names it when it is no file of the project. */
  path: string;
  /** In the order of their places. What the percentage is of; a file without any counts by its lines. */
  statements: StatementCoverage<Hits>[];
  /** In order, each line once. */
  lines: LineCoverage<Hits>[];
  branches: BranchCoverage<Hits>[];
  /** Of several sources: the branches by one report of all their profiles, where those of each cannot be added up. One number of hits each. */
  together?: BranchCoverage<number[]>[] | undefined;
  functions: FunctionCoverage<Hits>[];
}

/** What one source reached: how often each thing ran. Numbers above 2^53 are not expected; counters that are full stay full. */
export interface Profile {
  files: FileCoverage<number>[];
}

/** What all sources reached. `hits[i]` belongs to `sources[i]`. */
export interface Coverage {
  /** Names, in order: of suites, and of services that are no suite's own. */
  sources: string[];
  /** By path, in the order of its bytes. */
  files: FileCoverage<number[]>[];
}
