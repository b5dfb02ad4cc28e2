import { spawn } from "node:child_process";
import { once } from "node:events";
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
const DEADLINE = 60_000;

let folder: Awaited<ReturnType<typeof createFolder>>;
let program: string;

beforeAll(async () => {
  folder = await createFolder({});
  program = path.join(folder.path, "fuzz.mjs");
  const entry = path.join(import.meta.dirname, "testing/fuzz/program.ts");
  await build({ ...NODE_BUNDLE, entryPoints: [entry], outfile: program, format: "esm", platform: "node" });
}, DEADLINE);

afterAll(async () => await folder[Symbol.asyncDispose]());

/** Runs the inputs of a subject in a process with little memory; the last lines of what it says, and how often what became of them. */
async function survive(name: string): Promise<{ counts?: FuzzCounts; end: string }> {
  const options = [`--max-old-space-size=${HEAP}`, "--max-semi-space-size=4", "--stack-trace-limit=4"];
  const child = spawn(process.execPath, [...options, program, name], {
    env: { PATH: process.env["PATH"], TMPDIR: folder.path, FUZZ_SAMPLES: path.join(SAMPLES, "reports") },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: DEADLINE,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  const lines = stdout.trimEnd().split("\n");
  if (code === 0) return { counts: JSON.parse(lines.at(-1) ?? ""), end: "" };
  return { end: `${lines.at(-1)}: ${signal ?? code}\n${stderr.slice(0, 4000)}` };
}

describe("readers with little memory", () => {
  it.each([...TEXTS, ...BINARIES, ...STORAGES].map(({ name }) => name))(
    "read %s that are broken, or say so",
    async (name) => {
      const { counts, end } = await survive(name);
      expect(end).toBe("");
      // Readers of folders, and of manifests, say what is wrong without an error.
      const both = !["manifests", "folders of Go", "Node's profiles"].includes(name);
      expect(counts?.read).toBeGreaterThan(0);
      if (both) expect(counts?.refused).toBeGreaterThan(0);
    },
    DEADLINE,
  );

  it.each(GREEDY.map(({ name }) => name))(
    "are seen when they are %s",
    async (name) => {
      const { counts, end } = await survive(name);
      expect(counts).toBeUndefined();
      expect(end).toMatch(/^input 1 of 1 bytes: /);
      expect(end).toMatch(/heap out of memory|room for|it took|SyntaxError/);
    },
    DEADLINE,
  );
});
