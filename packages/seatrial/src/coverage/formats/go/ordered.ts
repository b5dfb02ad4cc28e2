import type { SourceRange } from "../../data.ts";
import { byBytes } from "./byte-order.ts";
import { adderOf, type CountedProgram, type GoFunction, UNIT_SIZE } from "./program.ts";

/** What has one counter, with what was counted. */
export interface CountedUnit extends SourceRange {
  of: GoFunction;
  statements: number;
  hits: number;
}

export interface OrderedPackage {
  path: string;
  /** By file and place. */
  units: CountedUnit[];
}

/** The packages by path, with their units in the order in which Go reports them. Those that are there twice are made one. */
export function* ordered({ program, counters }: CountedProgram): Generator<OrderedPackage> {
  const { units: numbers } = program;
  const add = adderOf(program.mode);
  const byPath = new Map<string, GoFunction[]>();
  for (const { path, functions } of program.packages) {
    const before = byPath.get(path);
    byPath.set(path, before === undefined ? functions : [...before, ...functions]);
  }
  for (const path of [...byPath.keys()].sort(byBytes)) {
    const functions = byPath.get(path) ?? [];
    const units = functions.flatMap(unitsOf);
    units.sort(byPlace(ranksOf(functions)));
    yield { path, units: withoutTwins(units) };
  }

  function unitsOf(of: GoFunction): CountedUnit[] {
    const units: CountedUnit[] = [];
    for (let unit = of.firstUnit; unit < of.firstUnit + of.unitCount; unit += 1) {
      const at = unit * UNIT_SIZE;
      units.push({
        of,
        startLine: numbers[at] ?? 0,
        startColumn: numbers[at + 1] ?? 0,
        endLine: numbers[at + 2] ?? 0,
        endColumn: numbers[at + 3] ?? 0,
        statements: numbers[at + 4] ?? 0,
        hits: counters[unit] ?? 0,
      });
    }
    return units;
  }

  /** A block can be in two functions that are the same but for other blocks: their source differs between programs. */
  function withoutTwins(units: CountedUnit[]): CountedUnit[] {
    const kept: CountedUnit[] = [];
    for (const unit of units) {
      const last = kept.at(-1);
      if (last === undefined || !isSame(last, unit)) kept.push(unit);
      else last.hits = add(last.hits, unit.hits);
    }
    return kept;
  }
}

/** Files in the order of their names, as numbers: they are compared often. */
function ranksOf(functions: GoFunction[]): Map<string, number> {
  const files = [...new Set(functions.map(({ file }) => file))].sort(byBytes);
  return new Map(files.map((file, rank) => [file, rank]));
}

function byPlace(ranks: ReadonlyMap<string, number>): (one: CountedUnit, other: CountedUnit) => number {
  return (one, other) =>
    (one.of === other.of ? 0 : (ranks.get(one.of.file) ?? 0) - (ranks.get(other.of.file) ?? 0)) ||
    one.startLine - other.startLine ||
    one.endLine - other.endLine ||
    one.startColumn - other.startColumn ||
    one.endColumn - other.endColumn ||
    one.statements - other.statements ||
    // Go leaves the rest to chance.
    byBytes(one.of.name, other.of.name) ||
    Number(one.of.isLiteral) - Number(other.of.isLiteral);
}

function isSame(one: CountedUnit, other: CountedUnit): boolean {
  return (
    one.startLine === other.startLine &&
    one.endLine === other.endLine &&
    one.startColumn === other.startColumn &&
    one.endColumn === other.endColumn &&
    one.statements === other.statements &&
    one.of.file === other.of.file &&
    one.of.name === other.of.name &&
    one.of.isLiteral === other.of.isLiteral
  );
}
