import { createLcovFunctions } from "./lcov-functions.ts";
import { hitsOf, lineOf } from "./numbers.ts";
import type { FileBuilder } from "./profile-builder.ts";

/** What lcov says between `SF` and `end_of_record`. */
export interface LcovSection {
  /** Each takes what follows the colon, and says what is wrong with it. */
  records: ReadonlyMap<string, (value: string) => string | undefined>;
  end(): void;
}

export function createLcovSection(file: FileBuilder): LcovSection {
  const functions = createLcovFunctions(file);
  const arms = createArms();

  /** `line,hits[,checksum]` */
  function readLine(value: string): string | undefined {
    const [first, second] = value.split(",", 2);
    const line = lineOf(first);
    const hits = hitsOf(second);
    if (line === undefined) return "no line number";
    if (hits === undefined) return "no count";
    file.line(line, hits);
    return undefined;
  }

  /** `line,[e]block,arm,taken`: `e` marks ways that only exceptions take, the arm may be an expression, `-` is a block that never ran. */
  function readBranch(value: string): string | undefined {
    const afterLine = value.indexOf(",");
    const afterBlock = value.indexOf(",", afterLine + 1);
    const beforeTaken = value.lastIndexOf(",");
    if (afterLine < 0 || afterBlock < 0 || beforeTaken <= afterBlock) return "too few fields";
    const line = lineOf(value.slice(0, afterLine));
    const block = wholeNumber(value.slice(afterLine + 1, afterBlock).replace(/^e/, ""));
    const taken = value.slice(beforeTaken + 1);
    const hits = taken === "-" ? 0 : hitsOf(taken);
    if (line === undefined) return "no line number";
    if (block === undefined) return "no block";
    if (hits === undefined) return "no count";
    const arm = arms(`${line} ${block}`, value.slice(afterBlock + 1, beforeTaken));
    file.branch({ line, block, arm, hits });
    return undefined;
  }

  return {
    records: new Map([["DA", readLine], ["BRDA", readBranch], ...functions.records]),
    end: functions.end,
  };
}

/** Arms by number. Those that are named by an expression are numbered, in the order in which their block names them. */
function createArms(): (block: string, name: string) => number {
  const known = new Map<string, Map<string, number>>();
  return (block, name) => {
    const number = wholeNumber(name);
    if (number !== undefined) return number;
    const named = known.get(block) ?? new Map<string, number>();
    known.set(block, named);
    const arm = named.get(name) ?? named.size;
    named.set(name, arm);
    return arm;
  };
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
