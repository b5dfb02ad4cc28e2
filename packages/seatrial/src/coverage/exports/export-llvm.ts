import type { Problem } from "../../model/index.ts";
import {
  type Export,
  type ExportOptions,
  exportProblem,
  lastLinesOf,
  linesOf,
  placedProfiles,
} from "./export.ts";
import { findLlvm, LLVM_TARGET, type LlvmTools, missingLlvm } from "./find-llvm.ts";
import type { ToolResult } from "./toolbox.ts";

export interface LlvmExportOptions extends ExportOptions {
  /** The instrumented programs and libraries, as they are there. */
  binaries: readonly string[];
}

/** What profiles and binaries of another LLVM are refused with: another pair of tools may fit. */
const OTHER_VERSION =
  /version mismatch|unsupported (?:instrumentation profile|coverage) format|(?:un)?supported coverage mapping/i;
const BROKEN_PROFILE = /^warning: (.*\.profraw): (.*)$/;

/** Lets the image's own llvm-profdata and llvm-cov merge and report profiles. Their LLVM must be the compiler's: of several, the one that can read them is used. */
export async function exportLlvm(options: LlvmExportOptions): Promise<Export | Problem> {
  const { toolbox, folder, binaries, profiles, signal } = options;
  if (binaries.length === 0)
    return exportProblem("COVERAGE_TOOL_FAILED", {
      message: "Nobody says which binaries LLVM's profiles are of",
      hint: "Name them with coverage.llvm.binaries.",
    });
  const placed = placedProfiles(options, (at) => `${at}.profraw`);
  const list = `${folder}/profiles.txt`;
  const names = `${placed.map(({ target }) => target).join("\n")}\n`;
  await toolbox.put(
    [...placed, { target: list, from: { kind: "content", content: names, secret: false } }],
    signal,
  );

  let refusal: Problem | undefined;
  for await (const tools of findLlvm(options)) {
    const result = await tryTools({ ...options, tools, list });
    if (!("code" in result)) {
      const original = (path: string) => profiles[placed.findIndex(({ target }) => target === path)] ?? path;
      return {
        path: "exports/llvm.json",
        content: Buffer.from(result.stdout),
        problems: result.broken.map(({ file, reason }) =>
          exportProblem("COVERAGE_PROFILE_INVALID", {
            message: `${tools.profdata} left out ${original(file)}: ${reason}`,
          }),
        ),
      };
    }
    if (!isOtherVersion(result)) return result;
    refusal ??= result;
  }
  return refusal ?? missingLlvm(options);
}

type Tried = Problem | { stdout: string; broken: { file: string; reason: string }[] };

async function tryTools(options: LlvmExportOptions & { tools: LlvmTools; list: string }): Promise<Tried> {
  const { toolbox, folder, binaries, env, signal, tools, list } = options;
  const merged = `${folder}/merged.profdata`;
  const merge = [
    tools.profdata,
    "merge",
    "-sparse",
    "--failure-mode=all",
    `--input-files=${list}`,
    "-o",
    merged,
  ];
  const merging = await toolbox.run(merge, { env, signal });
  if (merging?.code !== 0) return failed(tools.profdata, merging, options);
  const [first = "", ...others] = binaries;
  const objects = others.flatMap((binary) => ["-object", binary]);
  const reporting = await toolbox.run(
    [tools.cov, "export", "-skip-expansions", `-instr-profile=${merged}`, first, ...objects],
    { env, signal },
  );
  if (reporting?.code !== 0) return failed(tools.cov, reporting, options);
  const broken = linesOf(merging.stderr).flatMap((line) => {
    const [, file, reason] = BROKEN_PROFILE.exec(line) ?? [];
    return file === undefined || reason === undefined ? [] : [{ file, reason }];
  });
  return { stdout: reporting.stdout, broken };
}

function isOtherVersion({ lastLines }: Problem): boolean {
  return (lastLines ?? []).some((line) => OTHER_VERSION.test(line));
}

function failed(
  program: string,
  result: ToolResult | undefined,
  { toolsNamedBy = LLVM_TARGET }: Pick<ExportOptions, "toolsNamedBy">,
): Problem {
  const lines = result === undefined ? [] : lastLinesOf({ ...result, stdout: "" });
  const reason = lines.find((line) => /error|mismatch/.test(line)) ?? `it ended with code ${result?.code}`;
  const isVersion = lines.some((line) => OTHER_VERSION.test(line));
  return {
    code: "COVERAGE_TOOL_FAILED",
    message: `${program} cannot read the profiles: ${reason}`,
    hint: isVersion
      ? `Tools and compiler must be of the same LLVM: name a target that has the right ones with ${toolsNamedBy} (rustup: the component llvm-tools).`
      : "The binaries must be those that ran, built with coverage and not stripped: see coverage.llvm.binaries.",
    lastLines: lines,
  };
}
