import type { CountedArms } from "./counted-arms.ts";
import type { FileBuilder } from "./profile-builder.ts";

export interface CoberturaLine {
  line: number;
  hits: number;
  /** `50% (1/2)` */
  conditions: string | undefined;
  /** Percents of the `condition` elements below the line: each is a jump, with two ways. */
  ways: string[];
}

export interface CoberturaMethod {
  name: string;
  lines: CoberturaLine[];
}

export interface CoberturaClass {
  file: string;
  lines: CoberturaLine[];
  methods: CoberturaMethod[];
}

/** Adds a class to its file. Throws nothing but the error of a report that counts more branches than it can have. */
export function addCoberturaClass(options: {
  found: CoberturaClass;
  file: FileBuilder;
  countArms: (file: FileBuilder, arms: CountedArms) => boolean;
  tooMany: () => Error;
}): void {
  const { found, file, countArms, tooMany } = options;
  // Lines of methods stand again below their class, but for tools that only write them there.
  const lines = found.lines.length > 0 ? found.lines : found.methods.flatMap((method) => method.lines);
  for (const row of lines) {
    file.line(row.line, row.hits);
    for (const arms of armsOf(row)) if (!countArms(file, arms)) throw tooMany();
  }
  const namesakes = new Map<string, number>();
  for (const { name, lines: own } of found.methods) {
    const first = own.reduce<CoberturaLine | undefined>(
      (least, row) => (least === undefined || row.line < least.line ? row : least),
      undefined,
    );
    if (first === undefined) continue;
    // Some tools give no hits to the line of the signature: then what ran in it tells that it was called.
    const hits = first.hits > 0 ? first.hits : own.some((row) => row.hits > 0) ? 1 : 0;
    // Several of one name on one line, constructors say: the same ones wherever the class stands again.
    const before = namesakes.get(name) ?? 0;
    namesakes.set(name, before + 1);
    file.function({ name, line: first.line, hits }, String(before));
  }
}

function armsOf(row: CoberturaLine): CountedArms[] {
  const { line, conditions, ways } = row;
  if (conditions === undefined) return [];
  const [, covered, total] = /\((\d{1,9})\/(\d{1,9})\)/.exec(conditions) ?? [];
  const perJump = ways.map((way) => Math.round(Number.parseFloat(way) / 50));
  const known = perJump.every((taken) => taken >= 0 && taken <= 2);
  const sum = perJump.reduce((all, taken) => all + taken, 0);
  // The jumps are only believed where they agree with the line.
  const agrees =
    known && (total === undefined || (Number(total) === 2 * ways.length && Number(covered) === sum));
  if (ways.length > 0 && agrees)
    return perJump.map((taken, block) => ({ line, block, covered: taken, total: 2 }));
  return total === undefined ? [] : [{ line, block: 0, covered: Number(covered), total: Number(total) }];
}
