/** Covered, and how many there are. */
export type Figure = [covered: number, total: number];

/** What a tool tells of a file. */
export interface FileFigures {
  statements?: Figure;
  lines?: Figure;
  branches?: Figure;
  functions?: Figure;
}

/** By path in the project. */
export type Figures = Record<string, FileFigures>;

type Hits = number[];

/** `coverage.json`, as far as these tests read it. Lists of hits are in the order of the sources. */
export interface CoverageReport {
  sources: { name: string }[];
  files: {
    path: string;
    statements: [number, number, number, number, weight: number, Hits][];
    lines: [line: number, Hits][];
    branches: [line: number, block: number, arm: number, Hits][];
    together?: [line: number, block: number, arm: number, Hits][];
    functions: [name: string, line: number, Hits][];
  }[];
}

/** What the report says of each file: of one source alone, or of all together. Of what a file has none, there is no figure. */
export function figuresOf(report: CoverageReport, source?: string): Figures {
  const reached = reachedBy(report, source);
  const count = (all: { weight: number; hits: Hits }[]): Figure | undefined => {
    const sum = (some: typeof all) => some.reduce((total, { weight }) => total + weight, 0);
    return all.length === 0 ? undefined : [sum(all.filter(({ hits }) => reached(hits))), sum(all)];
  };
  const one = (hits: Hits) => ({ weight: 1, hits });
  return Object.fromEntries(
    report.files.map(({ path, statements, lines, branches, together, functions }) => [
      path,
      withoutAbsent({
        statements: count(statements.map(([, , , , weight, hits]) => ({ weight, hits }))),
        lines: count(lines.map(([, hits]) => one(hits))),
        branches: count(
          (source === undefined ? (together ?? branches) : branches).map(([, , , hits]) => one(hits)),
        ),
        functions: count(functions.map(([, , hits]) => one(hits))),
      }),
    ]),
  );
}

/** Which lines with code each source reached, and which nobody did, by file. */
export function linesOf(report: CoverageReport): Record<string, Record<string, number[]>> {
  return Object.fromEntries(
    report.files.map(({ path, lines }) => {
      const those = (fits: (hits: Hits) => boolean) =>
        lines.filter(([, hits]) => fits(hits)).map(([line]) => line);
      const sources = report.sources.map(({ name }) => [name, those(reachedBy(report, name))]);
      return [path, { ...Object.fromEntries(sources), nobody: those((hits) => !reachedBy(report)(hits)) }];
    }),
  );
}

function reachedBy({ sources }: CoverageReport, source?: string): (hits: Hits) => boolean {
  if (source === undefined) return (hits) => hits.some((count) => count > 0);
  const at = sources.findIndex(({ name }) => name === source);
  return (hits) => (hits[at] ?? 0) > 0;
}

export function withoutAbsent(figures: { [Name in keyof FileFigures]: Figure | undefined }): FileFigures {
  return Object.fromEntries(Object.entries(figures).filter(([, figure]) => figure !== undefined));
}
