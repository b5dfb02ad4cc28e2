import { describe, expect, it } from "vitest";
import { isExport } from "./export.ts";
import { exportLlvm, type LlvmExportOptions } from "./export-llvm.ts";
import { type FakeProgram, fakeToolbox } from "./testing/fake-toolbox.ts";

const MISMATCH =
  "warning: /work/0.profraw: raw profile version mismatch: Profile uses raw profile format version = 10";

/** Only these programs are there. */
function only(programs: readonly string[], answer: FakeProgram = () => undefined): FakeProgram {
  return (argv) => (programs.includes(argv[0] ?? "") ? (answer(argv) ?? { stdout: "{}" }) : undefined);
}

const pair = (suffix: string) => [`llvm-profdata${suffix}`, `llvm-cov${suffix}`];
const on = (program: FakeProgram, more: Partial<LlvmExportOptions> = {}) => {
  const toolbox = fakeToolbox(program);
  const options = {
    toolbox,
    profiles: ["/unit/llvm/a.profraw", "/unit/llvm/b.profraw"],
    folder: "/work",
    binaries: ["/usr/bin/shop", "/usr/lib/cart.so"],
    signal: new AbortController().signal,
    ...more,
  };
  return { toolbox, result: exportLlvm(options) };
};

describe("exportLlvm", () => {
  it("merges all profiles by a list, and reports all binaries", async () => {
    const { toolbox, result } = on(only(pair("")));
    expect(await result).toEqual({ path: "exports/llvm.json", content: Buffer.from("{}"), problems: [] });
    expect(toolbox.placed.at(-1)).toMatchObject({
      target: "/work/profiles.txt",
      from: { content: "/work/0.profraw\n/work/1.profraw\n" },
    });
    expect(toolbox.runs.slice(-2).map(({ argv }) => argv.join(" "))).toEqual([
      "llvm-profdata merge -sparse --failure-mode=all --input-files=/work/profiles.txt -o /work/merged.profdata",
      "llvm-cov export -skip-expansions -instr-profile=/work/merged.profdata /usr/bin/shop -object /usr/lib/cart.so",
    ]);
  });

  it("finds tools with versions in their names, and needs both of a pair", async () => {
    const { toolbox, result } = on(only([...pair("-19"), "llvm-profdata-22"]));
    expect(isExport(await result)).toBe(true);
    expect(toolbox.runs.at(-1)?.argv[0]).toBe("llvm-cov-19");
  });

  it("finds those of rustup's toolchain first", async () => {
    const folder = "/rust/lib/rustlib/x86_64-unknown-linux-gnu/bin";
    const programs = [...pair(""), ...pair("").map((name) => `${folder}/${name}`), "rustc"];
    const { toolbox, result } = on(
      only(programs, (argv) => {
        if (argv[0] !== "rustc") return undefined;
        return { stdout: argv[1] === "-vV" ? "release: 1\nhost: x86_64-unknown-linux-gnu\n" : "/rust\n" };
      }),
    );
    expect(isExport(await result)).toBe(true);
    expect(toolbox.runs.at(-1)?.argv[0]).toBe(`${folder}/llvm-cov`);
  });

  it("goes on to another pair when one is of another LLVM than the profiles", async () => {
    const refuses: FakeProgram = (argv) =>
      argv[0] === "llvm-profdata" && argv[1] === "merge" ? { code: 1, stderr: MISMATCH } : undefined;
    const { toolbox, result } = on(only([...pair(""), ...pair("-22")], refuses));
    expect(isExport(await result)).toBe(true);
    expect(toolbox.runs.at(-1)?.argv[0]).toBe("llvm-cov-22");
  });

  it("names the mismatch when no pair fits", async () => {
    const refuses: FakeProgram = (argv) => (argv[1] === "merge" ? { code: 1, stderr: MISMATCH } : undefined);
    expect(await on(only(pair("-19"), refuses)).result).toMatchObject({
      code: "COVERAGE_TOOL_FAILED",
      message: expect.stringContaining("raw profile version mismatch") as string,
      hint: expect.stringContaining("coverage.llvm.target") as string,
    });
  });

  it("says where to name a target with the tools when there are none", async () => {
    expect(await on(only([])).result).toMatchObject({
      code: "COVERAGE_TOOL_MISSING",
      hint: expect.stringContaining("coverage.llvm.target") as string,
    });
  });

  it("does not try others where the binary is at fault", async () => {
    const refuses: FakeProgram = (argv) =>
      argv[1] === "export"
        ? { code: 1, stderr: "error: failed to load coverage: no coverage data found" }
        : undefined;
    const { toolbox, result } = on(only([...pair(""), ...pair("-22")], refuses));
    expect(await result).toMatchObject({
      code: "COVERAGE_TOOL_FAILED",
      message: expect.stringContaining("no coverage data found") as string,
      hint: expect.stringContaining("coverage.llvm.binaries") as string,
    });
    expect(toolbox.runs.at(-1)?.argv[0]).toBe("llvm-cov");
  });

  it("names a profile that was left out as it is called on this machine", async () => {
    const warns: FakeProgram = (argv) =>
      argv[1] === "merge" ? { stderr: "warning: /work/1.profraw: truncated profile data\n" } : undefined;
    const result = await on(only(pair(""), warns)).result;
    expect(isExport(result) && result.problems).toMatchObject([
      {
        code: "COVERAGE_PROFILE_INVALID",
        message: "llvm-profdata left out /unit/llvm/b.profraw: truncated profile data",
      },
    ]);
  });

  it("asks for binaries when there are none", async () => {
    const { toolbox, result } = on(only(pair("")), { binaries: [] });
    expect(await result).toMatchObject({ hint: expect.stringContaining("coverage.llvm.binaries") as string });
    expect(toolbox.runs).toEqual([]);
  });
});
