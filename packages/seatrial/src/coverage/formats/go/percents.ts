import type { CoverageCount } from "../../../model/index.ts";
import { type CountedUnit, ordered } from "./ordered.ts";
import type { CountedProgram } from "./program.ts";

/** Counts of statements. */
export interface GoPercents {
  total: CoverageCount;
  packages: PackagePercent[];
  /** By package and place, without function literals outside of functions: those count in the totals alone. */
  functions: FunctionPercent[];
}

export interface PackagePercent extends CoverageCount {
  path: string;
}

export interface FunctionPercent extends CoverageCount {
  name: string;
  file: string;
  line: number;
}

/** What `go tool covdata percent` and `func` count. */
export function countPercents(counted: CountedProgram): GoPercents {
  const percents: GoPercents = { total: { covered: 0, total: 0 }, packages: [], functions: [] };
  for (const { path, units } of ordered(counted)) {
    const ofPackage: PackagePercent = { path, covered: 0, total: 0 };
    let last: { function: FunctionPercent; isLiteral: boolean } | undefined;
    for (const unit of units) {
      // Go tells functions apart by name alone, as they come: two of one name that follow each other are one.
      if (last?.function.name !== unit.of.name) {
        last = { function: startOf(unit), isLiteral: unit.of.isLiteral };
        if (!last.isLiteral) percents.functions.push(last.function);
      }
      for (const count of [percents.total, ofPackage, last.function]) {
        count.total += unit.statements;
        if (unit.hits > 0) count.covered += unit.statements;
      }
    }
    percents.packages.push(ofPackage);
  }
  return percents;
}

function startOf({ of, startLine }: CountedUnit): FunctionPercent {
  return { name: of.name, file: of.file, line: startLine, covered: 0, total: 0 };
}

/** As `go tool covdata percent` prints it. */
export function percentText({ packages }: GoPercents): string {
  const lines = packages.map(({ path, covered, total }) =>
    // Without statements the line is never ended.
    total === 0 ? `\t${path}\t\t` : `\t${path}\t\tcoverage: ${percent({ covered, total })} of statements\n`,
  );
  return lines.join("");
}

/** As `go tool covdata func` prints it. */
export function functionsText({ functions, total }: GoPercents): string {
  const rows = functions.map((each) => [`${each.file}:${each.line}:`, each.name, percent(each)]);
  return columns([...rows, ["total", "(statements)", percent(total)]]);
}

/** One decimal, as Go rounds: a tie goes to the even digit, not up. */
function percent({ covered, total }: CoverageCount): string {
  const value = total === 0 ? 0 : (100 * covered) / total;
  const isTie = (value * 4) % 4 === 1;
  return `${isTie ? (Math.floor(value) + 0.2).toFixed(1) : value.toFixed(1)}%`;
}

const TAB = 8;

/** Columns filled up with tabs to a multiple of eight. */
function columns(rows: string[][]): string {
  const widths = [0, 1].map((column) => {
    const widest = rows.reduce((width, row) => Math.max(width, lengthOf(row[column])), 0);
    return Math.ceil((widest + 1) / TAB);
  });
  const fill = (cell: string, column: number) => {
    const tabs = widths[column];
    return tabs === undefined ? cell : cell + "\t".repeat(tabs - Math.floor(lengthOf(cell) / TAB));
  };
  return rows.map((row) => `${row.map(fill).join("")}\n`).join("");
}

/** In characters, as Go counts them. */
function lengthOf(cell = ""): number {
  return [...cell].length;
}
