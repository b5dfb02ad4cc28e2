import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NODE_BUNDLE } from "../../../../scripts/node-bundle.mjs";
import { createFolder } from "../support/testing/folder.ts";
import { SAMPLES } from "./formats/testing/figures.ts";
import { GREEDY } from "./testing/fuzz/greedy.ts";
import { STORAGES } from "./testing/fuzz/storages.ts";
import type { FuzzCounts } from "./testing/fuzz/subject.ts";
import { BINARIES } from "./testing/fuzz/subjects-binary.ts";
import { TEXTS } from "./testing/fuzz/subjects-text.ts";

/** Of what is alive at once, in MiB: Node ends a program that needs more. The program itself takes a quarter of it. */
const HEAP = 64;
/** Of a process; it takes a few seconds alone. */
const DEADLINE = 120_000;

let folder: Awaited<ReturnType<typeof createFolder>>;
let program: string;

beforeAll(async () => {
  folder = await createFolder({});
  program = path.join(folder.path, "fuzz.mjs");
  const entry = path.join(import.meta.dirname, "testing/fuzz/program.ts");
  await build({ ...NODE_BUNDLE, entryPoints: [entry], outfile: program, format: "esm", platform: "node" });
}, DEADLINE);

afterAll(async () => await folder[Symbol.asyncDispose]());

interface Survived {
  counts?: FuzzCounts;
  /** The last line that was said of it, and how its process ended, where it did not survive. */
  end: string;
}

/** Runs the inputs of these subjects, in this order, in one process with little memory, which ends with the first that does not survive. */
async function run(names: readonly string[]): Promise<Survived[]> {
  const options = [`--max-old-space-size=${HEAP}`, "--max-semi-space-size=4", "--stack-trace-limit=4"];
  // It says tens of thousands of lines: in a file they wake nobody.
  await using said = await open(path.join(folder.path, "said.txt"), "w+");
  const child = spawn(process.execPath, [...options, program, ...names], {
    env: { PATH: process.env["PATH"], TMPDIR: folder.path, FUZZ_SAMPLES: path.join(SAMPLES, "reports") },
    stdio: ["ignore", said.fd, "pipe"],
    timeout: DEADLINE,
    killSignal: "SIGKILL",
  });
  const [stderr, [code, signal]] = await Promise.all([
    child.stderr === null ? "" : text(child.stderr),
    once(child, "close"),
  ]);
  const lines = (await readFile(path.join(folder.path, "said.txt"), "utf8")).trimEnd().split("\n");
  const survived: Survived[] = lines
    .filter((line) => line.startsWith("{"))
    .map((line) => ({ counts: JSON.parse(line), end: "" }));
  if (code !== 0) survived.push({ end: `${lines.at(-1)}: ${signal ?? code}\n${stderr.slice(0, 4000)}` });
  return survived;
}

/** What became of each subject: those after one that did not survive go on in another process. */
async function runAll(names: readonly string[]): Promise<Map<string, Survived>> {
  const all: Survived[] = [];
  while (all.length < names.length) {
    const survived = await run(names.slice(all.length));
    if (survived.length === 0) throw new Error(`nothing was said of ${names[all.length]}`);
    all.push(...survived);
  }
  return new Map(names.map((name, at) => [name, all[at] ?? { end: "" }]));
}

describe("readers with little memory", () => {
  const names = [...TEXTS, ...BINARIES, ...STORAGES].map(({ name }) => name);
  let survived: Map<string, Survived>;

  beforeAll(async () => {
    survived = await runAll(names);
  }, 2 * DEADLINE);

  it.each(names)("read %s that are broken, or say so", (name) => {
    const { counts, end } = survived.get(name) ?? { end: "it was not run" };
    expect(end).toBe("");
    // Readers of folders, and of manifests, say what is wrong without an error.
    const both = !["manifests", "folders of Go", "Node's profiles"].includes(name);
    expect(counts?.read).toBeGreaterThan(0);
    if (both) expect(counts?.refused).toBeGreaterThan(0);
  });

  it(
    "are run when one before them did not survive",
    async () => {
      const [first = "", last = ""] = names;
      const greedy = GREEDY.at(-1)?.name ?? "";
      const each = await runAll([first, greedy, last]);
      expect([...each.values()].map(({ end }) => end === "")).toEqual([true, false, true]);
    },
    DEADLINE,
  );

  it.each(GREEDY.map(({ name }) => name))(
    "are seen when they are %s",
    async (name) => {
      const [{ counts, end } = { end: "" }] = await run([name]);
      expect(counts).toBeUndefined();
      expect(end).toMatch(/^input 1 of 1 bytes: /);
      expect(end).toMatch(/heap out of memory|room for|it took|SyntaxError/);
    },
    DEADLINE,
  );
});
