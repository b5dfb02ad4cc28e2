import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { parseLcov } from "../formats/lcov.ts";
import { parseLlvmExport } from "../formats/llvm/parse-llvm-export.ts";
import { figuresOf, linesOf, SAMPLES } from "../formats/testing/figures.ts";
import { isExport } from "./export.ts";
import { exportLlvm } from "./export-llvm.ts";
import type { Toolbox } from "./toolbox.ts";

const run = promisify(execFile);
const { signal } = new AbortController();
const name = `seatrial-test-llvm-${randomBytes(4).toString("hex")}`;
let folder: Awaited<ReturnType<typeof createFolder>>;

/** The container's tools. The test's folder is mounted where it is on this machine. */
const toolbox: Toolbox = {
  async put(files) {
    for (const { target, from } of files) {
      await mkdir(path.dirname(target), { recursive: true });
      if (from.kind === "path") await copyFile(from.path, target);
      else await writeFile(target, from.content);
    }
  },
  async run(argv, { signal: stop }) {
    const options = { signal: stop, maxBuffer: 2 ** 28 };
    try {
      return { code: 0, ...(await run("docker", ["exec", name, ...argv], options)) };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return code === 127 || code === 126 ? undefined : { code, stdout, stderr };
    }
  },
  read: async (file) => await readFile(file).catch(() => undefined),
};

beforeAll(async () => {
  folder = await createFolder({});
  const image = "seatrial-test-llvm";
  const env = { ...process.env, DOCKER_BUILDKIT: "1" };
  await run("docker", ["build", "--quiet", "--tag", image, path.join(SAMPLES, "llvm")], { env });
  const mount = `${folder.path}:${folder.path}`;
  const args = [
    "--detach",
    "--rm",
    "--init",
    "--name",
    name,
    "--volume",
    mount,
    "--volume",
    `${SAMPLES}/llvm:/app:ro`,
  ];
  await run("docker", ["run", ...args, "--workdir", "/app", image, "sleep", "infinity"]);
}, 600_000);

afterAll(async () => {
  await run("docker", ["rm", "--force", name]).catch(() => undefined);
  await folder[Symbol.asyncDispose]();
});

const CASES: [string, string[]][] = [
  ["C, LLVM 19", ["clang-19", "-fprofile-instr-generate", "-fcoverage-mapping", "macros.c"]],
  ["C, LLVM 22", ["clang-22", "-fprofile-instr-generate", "-fcoverage-mapping", "macros.c"]],
  ["C++, LLVM 19", ["clang++-19", "-fprofile-instr-generate", "-fcoverage-mapping", "main.cpp", "other.cpp"]],
  ["C++, LLVM 22", ["clang++-22", "-fprofile-instr-generate", "-fcoverage-mapping", "main.cpp", "other.cpp"]],
  ["Rust, Debian's", ["rustc", "--edition", "2021", "-C", "instrument-coverage", "kinds.rs"]],
];

describe("exportLlvm with Debian's LLVM", () => {
  it.each(CASES)("has the figures of llvm-cov itself: %s", { timeout: 120_000 }, async (what, compiler) => {
    const at = (...names: string[]) =>
      path.join(folder.path, String(CASES.findIndex(([each]) => each === what)), ...names);
    const inside = (...argv: string[]) => run("docker", ["exec", name, ...argv]);
    await mkdir(at("raw"), { recursive: true });
    await inside(...compiler, "-o", at("program"));
    // Two processes, and one that was killed while it wrote.
    for (const _ of [1, 2]) await inside("env", `LLVM_PROFILE_FILE=${at("raw")}/%p.profraw`, at("program"));
    await writeFile(at("raw/cut.profraw"), "cut");
    const profiles = (await readdir(at("raw"))).map((file) => at("raw", file));
    expect(profiles).toHaveLength(3);

    const result = await exportLlvm({
      toolbox,
      profiles,
      folder: at("work"),
      binaries: [at("program")],
      signal,
    });
    if (!isExport(result)) throw new Error(JSON.stringify(result));
    expect(result.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining("raw/cut.profraw"),
    ]);
    const text = result.content.toString();
    const profile = parseLlvmExport(text);
    const { data } = JSON.parse(text) as {
      data: { totals: Record<string, { count: number; covered: number }> }[];
    };
    const figure = (key: string) => `${data[0]?.totals[key]?.covered}/${data[0]?.totals[key]?.count}`;
    expect(figuresOf(profile)).toMatchObject({
      statements: figure("regions"),
      branches: figure("branches"),
      functions: figure("functions"),
    });
    const lcov = await inside(
      // The newest is asked first, and reads what older ones wrote.
      "llvm-cov-22",
      "export",
      "-format=lcov",
      `-instr-profile=${at("work/merged.profdata")}`,
      at("program"),
    );
    const lines = (files: typeof profile.files) => files.map((file) => [file.path, linesOf(file)]).sort();
    expect(lines(profile.files)).toEqual(lines(parseLcov(lcov.stdout).files));
  });
});
