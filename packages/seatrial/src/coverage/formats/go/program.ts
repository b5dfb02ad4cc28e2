/** What a counter is: only whether its block ran, or how often. Larger numbers say more; as in Go's files. */
export const COVER_MODES = ["set", "count", "atomic"] as const;
export type CoverMode = (typeof COVER_MODES)[number];

/** What has a counter of its own: each block, or each function as a whole. */
export type Granularity = "perblock" | "perfunc";

/** Numbers that each unit takes in `GoProgram.units`: start line and column, end line and column, statements. */
export const UNIT_SIZE = 5;

/** What Go knows of a program's source. A unit is what has one counter. */
export interface GoProgram {
  mode: CoverMode;
  granularity: Granularity;
  packages: GoPackage[];
  /** UNIT_SIZE numbers for each unit. */
  units: Uint32Array;
}

export interface GoPackage {
  path: string;
  name: string;
  /** The module's path; empty outside of modules. */
  module: string;
  functions: GoFunction[];
}

export interface GoFunction {
  name: string;
  file: string;
  /** A function literal outside of any function. */
  isLiteral: boolean;
  /** Its units are this one and those after it. */
  firstUnit: number;
  unitCount: number;
}

/** A program with how often each unit ran: `counters[i]` belongs to unit `i`. */
export interface CountedProgram {
  program: GoProgram;
  counters: Uint32Array;
}

/** The largest count; counters that are full stay full. */
export const FULL = 0xffffffff;

/** What two counts of one unit are together, as the mode has it. */
export function adderOf(mode: CoverMode): (one: number, other: number) => number {
  if (mode === "set") return (one, other) => (one === 0 && other === 0 ? 0 : 1);
  return (one, other) => Math.min(one + other, FULL);
}

/** The mode of what is made of two: the one that says more. */
export function widerMode(one: CoverMode, other: CoverMode): CoverMode {
  return COVER_MODES.indexOf(one) < COVER_MODES.indexOf(other) ? other : one;
}
