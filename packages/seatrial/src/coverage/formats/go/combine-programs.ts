import { createGrowing, type Growing } from "./growing.ts";
import {
  adderOf,
  type CountedProgram,
  type CoverMode,
  type GoFunction,
  type GoPackage,
  UNIT_SIZE,
  widerMode,
} from "./program.ts";

/** Programs made into one: functions of the same package, name, file and blocks are one function, and its counters add up. */
export interface Combination {
  add(counted: CountedProgram): void;
  /** Undefined when nothing was added. */
  result(): CountedProgram | undefined;
}

interface KnownPackage extends GoPackage {
  /** Functions by file and name. Several when source or build tags differ between the programs. */
  known: Map<string, GoFunction[]>;
}

interface Growth {
  packages: Map<string, KnownPackage>;
  units: Growing;
  counters: Growing;
}

/** Starts with no program. A single one that is added comes out as it is. */
export function createCombination(): Combination {
  let only: CountedProgram | undefined;
  let growth: Growth | undefined;
  let mode: CoverMode | undefined;
  return {
    add(counted) {
      mode = widerMode(mode ?? counted.program.mode, counted.program.mode);
      if (only === undefined) {
        only = counted;
        return;
      }
      if (growth === undefined) {
        growth = { packages: new Map(), units: createGrowing(), counters: createGrowing() };
        addProgram(growth, only, mode);
      }
      addProgram(growth, counted, mode);
    },
    result() {
      if (only === undefined || growth === undefined || mode === undefined) return only;
      const { granularity } = only.program;
      const packages = [...growth.packages.values()].map(({ known: _, ...each }) => each);
      return {
        program: { mode, granularity, packages, units: growth.units.values() },
        counters: growth.counters.values(),
      };
    },
  };
}

function addProgram(growth: Growth, { program, counters }: CountedProgram, mode: CoverMode): void {
  const add = adderOf(mode);
  for (const each of program.packages) {
    const into = growth.packages.get(each.path) ?? { ...each, functions: [], known: new Map() };
    growth.packages.set(each.path, into);
    for (const [position, one] of each.functions.entries()) {
      const units = program.units.subarray(
        one.firstUnit * UNIT_SIZE,
        (one.firstUnit + one.unitCount) * UNIT_SIZE,
      );
      const same = find(growth, { into, position, one, units }) ?? append(growth, { into, one, units });
      for (let unit = 0; unit < one.unitCount; unit += 1) {
        const more = counters[one.firstUnit + unit] ?? 0;
        const at = same.firstUnit + unit;
        if (more !== 0) growth.counters.array[at] = add(growth.counters.array[at] ?? 0, more);
      }
    }
  }
}

interface Wanted {
  into: KnownPackage;
  one: GoFunction;
  units: Uint32Array;
}

/** A function that is the same in all that Go knows of it. Mostly it has the same position in both programs, too. */
function find(
  growth: Growth,
  { into, position, one, units }: Wanted & { position: number },
): GoFunction | undefined {
  const isSame = (other: GoFunction) =>
    other.name === one.name &&
    other.file === one.file &&
    other.isLiteral === one.isLiteral &&
    growth.units.has(units, other.firstUnit * UNIT_SIZE) &&
    other.unitCount === one.unitCount;
  const likely = into.functions[position];
  if (likely !== undefined && isSame(likely)) return likely;
  return into.known.get(keyOf(one))?.find(isSame);
}

function append(growth: Growth, { into, one, units }: Wanted): GoFunction {
  const firstUnit = growth.units.length / UNIT_SIZE;
  growth.units.push(units);
  growth.counters.extend(one.unitCount);
  const added = { ...one, firstUnit };
  into.functions.push(added);
  const others = into.known.get(keyOf(one));
  if (others === undefined) into.known.set(keyOf(one), [added]);
  else others.push(added);
  return added;
}

function keyOf({ file, name }: GoFunction): string {
  return `${file}\0${name}`;
}
