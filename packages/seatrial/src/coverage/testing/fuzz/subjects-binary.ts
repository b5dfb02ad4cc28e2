import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { withoutArguments } from "../../collect/without-arguments.ts";
import { readCounters, readCountersHash } from "../../formats/go/counters.ts";
import { createReading } from "../../formats/go/entries.ts";
import { parseMeta } from "../../formats/go/meta.ts";
import { readGoProfiles } from "../../formats/go/read-go-profiles.ts";
import { readArguments } from "../../formats/go/run-arguments.ts";
import { accidents, cuts, flips, hugeNumbers } from "../../formats/go/testing/broken-bytes.ts";
import { ATOMIC, countersBytes, metaBytes } from "../../formats/go/testing/profiles.ts";
import { add, main, named, smallProgram } from "../../formats/go/testing/programs.ts";
import { readV8Profiles } from "../../formats/node/read-v8-profiles.ts";
import type { Subject } from "./subject.ts";
import { mutations } from "./subjects-text.ts";

const { signal } = new AbortController();
const { hash, bytes: meta } = metaBytes(smallProgram(ATOMIC));
const program = parseMeta("covmeta", meta);
const args = { argc: "2", argv0: "./app", argv1: "--serve", GOOS: "linux", GOARCH: "amd64" };
const segments = [[add(1, 300, 0), main(70_000)], [named(4_000_000_000, 1)]];
const counters = [2, 1].map((flavor) => countersBytes(hash, { args, segments, flavor: flavor as 1 | 2 }));

const SCRIPT = `${"x(); ".repeat(40)}\n`.repeat(20);

export const BINARIES: Subject[] = [
  { name: "Go's meta data", inputs: () => broken([meta]), read: (bytes) => parseMeta("covmeta", bytes) },
  {
    name: "Go's counters",
    inputs: () => broken(counters),
    read(bytes) {
      readCountersHash("covcounters", bytes);
      readCounters({ file: "covcounters", bytes, program }, createReading());
      readArguments("covcounters", bytes);
    },
  },
  {
    name: "arguments in Go's counters",
    inputs: () => broken(counters),
    read: (bytes) =>
      withoutArguments({ file: "covcounters", bytes, redact: (words) => words.map(() => "x") }),
  },
  {
    name: "folders of Go",
    *inputs() {
      for (const bytes of accidents(meta, { seed: 11, count: 200 })) yield bytes;
    },
    read: (bytes) =>
      withFiles(
        { [`covmeta.${hash}`]: bytes, [`covcounters.${hash}.1.1`]: counters[0] ?? "" },
        async (folder) => {
          await readGoProfiles({ folders: [folder], signal });
        },
      ),
  },
  {
    name: "Node's profiles",
    inputs: () => mutations([v8Profile(), manyScripts()], 60),
    read: (bytes) =>
      withFiles({ "node/1.json": bytes, "sources/app/f.js": SCRIPT }, async (folder) => {
        const folders = [{ profiles: path.join(folder, "node"), sources: path.join(folder, "sources") }];
        const { problems } = await readV8Profiles({ folders, signal });
        if (problems.some(({ code }) => code === "BUG")) throw new Error(JSON.stringify(problems));
      }),
  },
];

function* broken(all: readonly Buffer[]): Generator<Buffer> {
  for (const bytes of all) {
    yield* cuts(bytes);
    yield* flips(bytes);
    yield* hugeNumbers(bytes);
    yield* accidents(bytes, { seed: 5, count: 1_000 });
  }
}

async function withFiles(
  files: Readonly<Record<string, string | Buffer>>,
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "seatrial-fuzz-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), content);
    }
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const map = {
  ...{ version: 3, sources: ["a.ts", "b.ts"], sourcesContent: [SCRIPT, SCRIPT], names: [] },
  mappings: "AAAA;CACA;CCCA;AACA",
};
const ranges = [
  { startOffset: 10, endOffset: 900, count: 3 },
  { startOffset: 20, endOffset: 400, count: 0 },
  { startOffset: 30, endOffset: 300, count: 7 },
];

function v8Profile(): string {
  const functions = [
    { functionName: "", isBlockCoverage: true, ranges: [{ startOffset: 0, endOffset: 4000, count: 1 }] },
    { functionName: "f", isBlockCoverage: true, ranges },
  ];
  const result = ["f", "g"].map((name) => ({ scriptId: "1", url: `file:///app/${name}.js`, functions }));
  const cache = { "file:///app/g.js": { lineLengths: [200, 200, 200, 200], data: map, url: "g.js.map" } };
  return JSON.stringify({ result, timestamp: 1, "source-map-cache": cache });
}

/** Each says that it is long, and none is. */
function manyScripts(): string {
  const names = Array.from({ length: 100 }, (_, at) => `file:///app/${at}.js`);
  const functions = [{ functionName: "f", isBlockCoverage: true, ranges }];
  return JSON.stringify({
    result: names.map((url) => ({ scriptId: "1", url, functions })),
    "source-map-cache": Object.fromEntries(
      names.map((url, at) => [url, { lineLengths: [at === 0 ? 150_000 : 66_000_000], data: map }]),
    ),
  });
}
