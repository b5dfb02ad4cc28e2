import { readFileSync } from "node:fs";
import path from "node:path";
import type { FileCoverage, Profile } from "../../data.ts";

/** `covered/total` of everything that a profile counts. */
export interface Figures {
  statements: string;
  lines: string;
  branches: string;
  functions: string;
}

export function figuresOf({ files }: Profile): Figures {
  const figure = (items: (file: FileCoverage<number>) => { hits: number }[]) => {
    const all = files.flatMap(items);
    return `${all.filter(({ hits }) => hits > 0).length}/${all.length}`;
  };
  return {
    statements: figure((file) => file.statements),
    lines: figure((file) => file.lines),
    branches: figure((file) => file.branches),
    functions: figure((file) => file.functions),
  };
}

/** Programs, and the reports that tools wrote of them. */
export const SAMPLES = path.resolve(import.meta.dirname, "../../../../../../fixtures/coverage-formats");

export function sample(name: string): string {
  return readFileSync(path.join(SAMPLES, "reports", name), "utf8");
}

/** The one file of a profile whose path ends so. */
export function fileOf({ files }: Profile, end: string): FileCoverage<number> {
  const [file, ...others] = files.filter(({ path: name }) => name.endsWith(end));
  if (file === undefined || others.length > 0) throw new Error(`${end}: not one file of ${files.length}`);
  return file;
}

/** `line:hits` of each line. */
export function linesOf(file: FileCoverage<number>): string {
  return file.lines.map(({ line, hits }) => `${line}:${hits}`).join(" ");
}

/** `line.block.arm:hits` of each branch. */
export function branchesOf(file: FileCoverage<number>): string {
  return file.branches.map(({ line, block, arm, hits }) => `${line}.${block}.${arm}:${hits}`).join(" ");
}

/** `name@line:hits` of each function. */
export function functionsOf(file: FileCoverage<number>): string {
  return file.functions.map(({ name, line, hits }) => `${name}@${line}:${hits}`).join(" ");
}
