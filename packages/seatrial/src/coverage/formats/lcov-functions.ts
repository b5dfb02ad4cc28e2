import { addHits, hitsOf, lineOf } from "./numbers.ts";
import type { FileBuilder } from "./profile-builder.ts";

type Read = (value: string) => string | undefined;

interface Found {
  name: string;
  line: number;
  hits: number;
  /** Which one of its name it is: sections of other tests list the same functions in the same order. */
  ordinal: number;
}

/** Functions of one section: `FN` and `FNDA`, which names bind, or those of lcov 2.2, `FNL` and `FNA`, which numbers bind. */
export function createLcovFunctions(file: FileBuilder): { records: [string, Read][]; end(): void } {
  const named = new Map<string, { found: Found[]; counted: number }>();
  const numbered = new Map<string, Found>();
  const all: Found[] = [];

  /** `line[,end],name`: commas are part of names. */
  function begins(value: string): string | undefined {
    const [, first, name = ""] = /^(\d+),(?:\d+,)?(.+)$/s.exec(value) ?? [];
    const line = lineOf(first);
    if (line === undefined) return "no line and name of a function";
    const same = named.get(name) ?? { found: [], counted: 0 };
    const found = { name, line, hits: 0, ordinal: same.found.length };
    same.found.push(found);
    named.set(name, same);
    all.push(found);
    return undefined;
  }

  /** `hits,name`. Tools repeat names, of constructors say: the second count is of the second function. */
  function counts(value: string): string | undefined {
    const comma = value.indexOf(",");
    const hits = hitsOf(value.slice(0, Math.max(0, comma)));
    if (hits === undefined) return "no count";
    const same = named.get(value.slice(comma + 1));
    // Without FN nobody knows where it is.
    if (same === undefined) return undefined;
    const found = same.found[Math.min(same.counted, same.found.length - 1)];
    if (found !== undefined) found.hits = addHits(found.hits, hits);
    same.counted += 1;
    return undefined;
  }

  /** `number,line[,end]` */
  function leads(value: string): string | undefined {
    const [number = "", first] = value.split(",", 3);
    const line = lineOf(first);
    if (line === undefined) return "no line number";
    const found = { name: "", line, hits: 0, ordinal: 0 };
    numbered.set(number, found);
    all.push(found);
    return undefined;
  }

  /** `number,hits,name`: several names of one function, templates say, are one function. */
  function isCalled(value: string): string | undefined {
    const [number = "", count, ...name] = value.split(",");
    const hits = hitsOf(count);
    const found = numbered.get(number);
    if (hits === undefined) return "no count";
    if (found === undefined) return "no function of this number";
    found.name ||= name.join(",");
    found.hits = addHits(found.hits, hits);
    return undefined;
  }

  return {
    records: [
      ["FN", begins],
      ["FNDA", counts],
      ["FNL", leads],
      ["FNA", isCalled],
    ],
    end() {
      for (const found of all)
        file.function({ name: found.name, line: found.line, hits: found.hits }, String(found.ordinal));
    },
  };
}
