import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { isToolError } from "../../support/error.ts";
import { createFolder } from "../../support/testing/folder.ts";
import { processorTime } from "../../support/testing/processor-time.ts";
import { combine } from "../combine.ts";
import type { Profile } from "../data.ts";
import { parseGoText } from "../units/go-text.ts";
import { parseCobertura } from "./cobertura.ts";
import { parseJacoco } from "./java/parse-jacoco.ts";
import { parseLcov } from "./lcov.ts";
import { parseLlvmExport } from "./llvm/parse-llvm-export.ts";
import { readV8Profiles } from "./node/read-v8-profiles.ts";
import { parseCoveragePy } from "./python/parse-coverage-py.ts";
import { createRandom, mutate } from "./testing/mutations.ts";

const ROUNDS = 250;
/** Of the processors' time, in milliseconds: what else the machine does is not in it. Without these bounds some of the inputs take minutes. */
const MOST_TIME = 5000;
const MOST_ITEMS = 2_000_000;

const READERS: [string, (text: string) => Profile][] = [
  ["lcov", parseLcov],
  ["Cobertura", parseCobertura],
  ["coverage.py", parseCoveragePy],
  ["llvm-cov", parseLlvmExport],
  ["JaCoCo", parseJacoco],
  ["Go's text", parseGoText],
];

/** A profile of bounded size, or the one error that is allowed, in bounded time. */
function survive(parse: (text: string) => Profile, text: string, what: string): "read" | "refused" {
  const time = processorTime();
  let profile: Profile | undefined;
  try {
    profile = parse(text);
    // Whatever a reader lets through is put together next.
    combine([{ name: "all", profiles: [profile] }]);
  } catch (error) {
    if (!isToolError(error, "COVERAGE_PROFILE_INVALID")) throw new Error(what, { cause: error });
  }
  expect(time(), what).toBeLessThan(MOST_TIME);
  const items = (profile?.files ?? []).reduce(
    (sum, { statements, lines, branches, functions }) =>
      sum + statements.length + lines.length + branches.length + functions.length,
    0,
  );
  expect(items, what).toBeLessThan(MOST_ITEMS);
  for (const file of profile?.files ?? [])
    for (const { line, hits } of [...file.lines, ...file.branches, ...file.functions])
      if (!Number.isSafeInteger(hits) || hits < 0 || !(line > 0)) throw new Error(`${what}: ${line}:${hits}`);
  return profile === undefined ? "refused" : "read";
}

// What tools wrote, broken by chance, is read with little memory in ../fuzz.test.ts.
describe.each(READERS)("the reader of %s", (_, parse) => {
  it.each([
    ["nothing", ""],
    ["a megabyte in one line", "a".repeat(2 ** 20)],
    ["a megabyte of digits", "9".repeat(2 ** 20)],
    ["lists in lists", "[".repeat(200_000)],
    ["objects in objects", '{"files":'.repeat(50_000)],
    ["elements in elements", "<coverage>".repeat(50_000)],
    ["elements in elements of JaCoCo", "<report>".repeat(50_000)],
    ["many attributes", `<coverage ${Array.from({ length: 50_000 }, (_, at) => `a${at}="1"`).join(" ")}/>`],
    ["one long attribute", `<coverage a="${"x".repeat(2 ** 20)}"/>`],
    ["an endless entity", `<coverage>&${"x".repeat(2 ** 20)}`],
    [
      "a billion laughs",
      `<!DOCTYPE coverage [<!ENTITY l0 "lol">${Array.from({ length: 30 }, (_, at) => `<!ENTITY l${at + 1} "&l${at};&l${at};">`).join("")}]><coverage>&l30;</coverage>`,
    ],
    [
      "a file from outside",
      '<!DOCTYPE coverage [<!ENTITY x SYSTEM "file:///etc/passwd">]><coverage>&x;</coverage>',
    ],
    ["zeros", "\0".repeat(2 ** 20)],
    ["newlines", "\n".repeat(2 ** 20)],
    [
      "keys of prototypes",
      '{"__proto__": {"files": {}}, "constructor": {"prototype": {}}, "data": {"__proto__": []}}',
    ],
  ])("survives %s", (what, text) => {
    survive(parse, text, what);
  });
});

describe("readers of many things at one place", () => {
  const many = <Item>(count: number, item: (at: number) => Item) =>
    Array.from({ length: count }, (_, at) => item(at));

  it("takes functions of one name in time that grows with their number", () => {
    const functions = many(100_000, () => "FN:1,f\nFNDA:1,f\n").join("");
    expect(survive(parseLcov, `SF:a.c\n${functions}end_of_record\n`, "functions")).toBe("read");
  });

  it("takes arms that are expressions in time that grows with their number", () => {
    const arms = many(100_000, (at) => `BRDA:1,0,x${at},1\n`).join("");
    expect(survive(parseLcov, `SF:a.c\n${arms}end_of_record\n`, "arms")).toBe("read");
  });

  it("takes regions and conditions of one place in time that grows with their number", () => {
    const regions = many(50_000, () => [1, 1, 1, 9, 1, 0, 0, 0]);
    const branches = many(50_000, () => [1, 1, 1, 9, 1, 0, 0, 0, 4]);
    const summary = { branches: { count: 3 } };
    const files = [{ filename: "a.c", segments: [], summary }];
    const functions = [{ name: "f", count: 1, filenames: ["a.c"], regions, branches }];
    const text = JSON.stringify({ data: [{ files, functions }] });
    expect(survive(parseLlvmExport, text, "regions")).toBe("read");
  });

  it("takes macros inside macros, without end, in time that grows with their number", () => {
    const count = 20_000;
    const regions = many(count, (at) => [1, 1, 1, 9, 1, at + 1, ((at + 1) % count) + 1, 1]);
    const files = [{ filename: "f0", segments: [] }];
    const code = [[1, 1, 1, 9, 1, 0, 0, 0], ...many(100, () => [1, 1, 1, 9, 1, count >> 1, 0, 0])];
    const functions = [
      { name: "f", count: 1, filenames: many(count + 1, (at) => `f${at}`), regions: [...regions, ...code] },
    ];
    const text = JSON.stringify({ data: [{ files, functions }] });
    expect(survive(parseLlvmExport, text, "macros")).toBe("read");
  });
});

describe("readV8Profiles", () => {
  const SCRIPT = `${"x(); ".repeat(40)}\n`.repeat(20);
  const functions = [
    { functionName: "", isBlockCoverage: true, ranges: [{ startOffset: 0, endOffset: 4000, count: 1 }] },
    {
      functionName: "f",
      isBlockCoverage: true,
      ranges: [
        { startOffset: 10, endOffset: 900, count: 3 },
        { startOffset: 20, endOffset: 400, count: 0 },
        { startOffset: 30, endOffset: 300, count: 7 },
      ],
    },
  ];
  const map = {
    version: 3,
    sources: ["a.ts", "b.ts"],
    sourcesContent: [SCRIPT, SCRIPT],
    names: [],
    mappings: "AAAA;CACA;CCCA;AACA",
  };
  const cache = { "file:///app/g.js": { lineLengths: [200, 200, 200, 200], data: map, url: "g.js.map" } };
  const result = ["f", "g"].map((name) => ({ scriptId: "1", url: `file:///app/${name}.js`, functions }));
  const text = JSON.stringify({ result, timestamp: 1, "source-map-cache": cache });

  async function reading(profile: string) {
    await using folder = await createFolder({ "sources/app/f.js": SCRIPT, "node/1.json": "" });
    await writeFile(path.join(folder.path, "node/1.json"), profile);
    const folders = [{ profiles: `${folder.path}/node`, sources: `${folder.path}/sources` }];
    const time = processorTime();
    const found = await readV8Profiles({ folders, signal: new AbortController().signal });
    expect(time()).toBeLessThan(MOST_TIME);
    return found;
  }

  it("reads a broken profile, or says what is broken of it", async () => {
    expect((await reading(text)).problems).toEqual([]);
    let broken = 0;
    for (let seed = 1; seed <= ROUNDS / 2; seed += 1) {
      const { problems } = await reading(mutate(text, createRandom(seed)));
      if (problems.length > 0) broken += 1;
    }
    expect(broken).toBeGreaterThan(ROUNDS / 8);
    expect(broken).toBeLessThan(ROUNDS / 2);
  });

  it("survives ranges in ranges, and ranges that cross", async () => {
    const nested = Array.from({ length: 30_000 }, (_, at) => ({
      startOffset: at,
      endOffset: 100_000 - at,
      count: at % 3,
    }));
    const crossing = Array.from({ length: 3_000 }, (_, at) => ({
      startOffset: at,
      endOffset: at + 2_000,
      count: at % 3,
    }));
    for (const ranges of [nested, crossing]) {
      const found = [{ functionName: "f", isBlockCoverage: true, ranges }];
      await reading(
        JSON.stringify({ result: [{ scriptId: "1", url: "file:///app/f.js", functions: found }] }),
      );
    }
  });
});
