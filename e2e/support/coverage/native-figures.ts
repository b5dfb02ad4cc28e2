import path from "node:path";
import { type Figure, type Figures, type FileFigures, withoutAbsent } from "./figures.ts";

/** A language's own tool: what to run in an image that has it, and the figures in what that prints. See native-tool.ts. */
export interface NativeReport {
  script: string;
  figures(output: string): Figures;
}

const PROFILE_LINE = /^(\S+):\d+\.\d+,\d+\.\d+ (\d+) (\d+)$/;
const FUNCTION_LINE = /^(\S+):\d+:\s+\S+\s+(\d+\.\d)%$/;

/** `go tool covdata textfmt` for statements, `go tool cover -func` for functions. The module is in /src. */
export const GO_REPORT: NativeReport = {
  script: `cd /src
    go tool covdata textfmt -i="$(ls -d $RAW/*/go | paste -sd,)" -o=/tmp/profile
    cat /tmp/profile
    go tool cover -func=/tmp/profile
    go list -m`,
  figures: goFigures,
};

function goFigures(output: string): Figures {
  const text = output.split("\n");
  const module = `${text.at(-1)}/`;
  const figures: Figures = {};
  const add = (file: string, what: "statements" | "functions", covered: number, total: number) => {
    const name = file.replace(module, "");
    const found = figures[name] ?? {};
    figures[name] = found;
    const [before, all] = found[what] ?? [0, 0];
    found[what] = [before + covered, all + total];
  };
  for (const line of text) {
    const [, block, weight, hits] = PROFILE_LINE.exec(line) ?? [];
    if (block !== undefined) add(block, "statements", Number(hits) > 0 ? Number(weight) : 0, Number(weight));
    const [, place, percent] = FUNCTION_LINE.exec(line) ?? [];
    if (place !== undefined) add(place, "functions", Number(percent) > 0 ? 1 : 0, 1);
  }
  return figures;
}

interface PythonReport {
  files: Record<string, { summary: Record<string, number> }>;
}

/** `coverage combine` and `coverage json`. The sources are in /app. */
export const PYTHON_REPORT: NativeReport = {
  script: `cd /app
    python -m coverage combine --quiet --keep --data-file=/tmp/all $RAW/*/python/*
    python -m coverage json --quiet --data-file=/tmp/all -o -`,
  figures(output) {
    const { files } = JSON.parse(output) as PythonReport;
    return mapFigures(files, ({ summary }) => ({
      lines: figure(summary["covered_lines"], summary["num_statements"]),
      branches: figure(summary["covered_branches"], summary["num_branches"]),
    }));
  },
};

type CountedReport = Record<string, Record<"lines" | "functions" | "branches", Record<string, number>>>;

/** `c8 report`. The sources, and c8 itself, are in /app. */
export const NODE_REPORT: NativeReport = {
  script: `cd /app
    profiles=$(mktemp -d)
    for file in $RAW/*/node/*.json; do cp "$file" "$profiles/$(echo "$file" | tr / -)"; done
    node_modules/.bin/c8 report --temp-directory $profiles --reporter json-summary --reports-dir /tmp/report
    cat /tmp/report/coverage-summary.json`,
  figures(output) {
    const { total: _, ...files } = JSON.parse(output) as CountedReport;
    return mapFigures(files, ({ lines, functions, branches }) => ({
      lines: figure(lines["covered"], lines["total"]),
      functions: figure(functions["covered"], functions["total"]),
      branches: figure(branches["covered"], branches["total"]),
    }));
  },
};

interface LlvmReport {
  data: { files: { filename: string; summary: Record<string, { count: number; covered: number }> }[] }[];
}

/**
 * `llvm-profdata merge` and `llvm-cov export`. The sources are in /src, the programs in /out. Lines are those that `llvm-cov show` and its lcov
 * count: its summary adds up the lines of each function, and differs from them where a comment stands in one.
 */
export const LLVM_REPORT: NativeReport = {
  script: `cd /src
    llvm-profdata merge --sparse $RAW/*/llvm/*.profraw --output /tmp/profile
    export="llvm-cov export --ignore-filename-regex /tests/ --instr-profile /tmp/profile /out/parcels --object /out/unit"
    $export --summary-only
    echo
    $export --format lcov`,
  figures(output) {
    const [json = "", ...lcov] = output.split("\n");
    const { data } = JSON.parse(json) as LlvmReport;
    const lines = linesOfLcov(lcov);
    const files = (data[0]?.files ?? []).map(({ filename, summary }) => [filename, summary] as const);
    return mapFigures(Object.fromEntries(files), ({ regions, functions, branches }, file) => ({
      statements: figure(regions?.covered, regions?.count),
      lines: lines[file],
      functions: figure(functions?.covered, functions?.count),
      branches: figure(branches?.covered, branches?.count),
    }));
  },
};

function linesOfLcov(text: readonly string[]): Record<string, Figure> {
  const figures: Record<string, Figure> = {};
  let file = "";
  for (const line of text) {
    file = /^SF:(.*)/.exec(line)?.[1] ?? file;
    const [, hits] = /^DA:\d+,(\d+)/.exec(line) ?? [];
    const [covered, total] = figures[file] ?? [0, 0];
    if (hits !== undefined) figures[file] = [covered + (hits === "0" ? 0 : 1), total + 1];
  }
  return figures;
}

const JACOCO = { lines: "LINE", branches: "BRANCH", functions: "METHOD" } as const;

/** `jacococli report --csv`, a row for each class. Classes are in /app/classes; all are of one file each. */
export const JAVA_REPORT: NativeReport = {
  script: `java -jar /opt/jacoco/jacococli.jar report $RAW/*/java/*.exec --classfiles /app/classes --csv /tmp/report.csv >&2
    cat /tmp/report.csv`,
  figures: javaFigures,
};

function javaFigures(output: string): Figures {
  const [head = "", ...rows] = output.split("\n");
  const classes = rows.map((row) => {
    const cells = row.split(",");
    const cell = (name: string) => cells[head.split(",").indexOf(name)] ?? "";
    const missed = (kind: string) => Number(cell(`${kind}_MISSED`));
    const covered = (kind: string) => Number(cell(`${kind}_COVERED`));
    const file = `src/${cell("PACKAGE").replaceAll(".", "/")}/${cell("CLASS")}.java`;
    const counted = Object.entries(JACOCO).map(([name, kind]) => [
      name,
      figure(covered(kind), covered(kind) + missed(kind)),
    ]);
    return [file, Object.fromEntries(counted)] as const;
  });
  return mapFigures(Object.fromEntries(classes), (each) => each);
}

/** Paths become those of the project; what there is none of has no figure. */
function mapFigures<T>(
  files: Record<string, T>,
  figures: (file: T, name: string) => { [Name in keyof FileFigures]: Figure | undefined },
): Figures {
  return Object.fromEntries(
    Object.entries(files).map(([file, each]) => [
      path.isAbsolute(file) ? file.replace(/^\/[^/]+\//, "") : file,
      withoutAbsent(figures(each, file)),
    ]),
  );
}

function figure(covered: number | undefined, total: number | undefined): Figure | undefined {
  return covered === undefined || total === undefined || total === 0 ? undefined : [covered, total];
}
