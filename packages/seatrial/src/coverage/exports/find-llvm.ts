import type { Problem } from "../../model/index.ts";
import { type ExportOptions, exportProblem, linesOf } from "./export.ts";

/** A pair of tools of one LLVM. */
export interface LlvmTools {
  profdata: string;
  cov: string;
}

/** Where the configuration names the target with the tools. */
export const LLVM_TARGET = "coverage.llvm.target";

const NEWEST = 24;
const OLDEST = 12;

/**
 * Finds pairs of llvm-profdata and llvm-cov, lazily, those first that most likely fit: of rustup's toolchain, those without a version in
 * their name, then from the newest down.
 */
export async function* findLlvm(
  options: Pick<ExportOptions, "toolbox" | "env" | "signal">,
): AsyncGenerator<LlvmTools> {
  for await (const tools of candidates(options)) {
    const { profdata, cov } = tools;
    if ((await ask(options, [profdata, "--version"])) === undefined) continue;
    if ((await ask(options, [cov, "--version"])) !== undefined) yield tools;
  }
}

export function missingLlvm({ toolsNamedBy = LLVM_TARGET }: Pick<ExportOptions, "toolsNamedBy">): Problem {
  return exportProblem("COVERAGE_TOOL_MISSING", {
    message: "There is no llvm-profdata with an llvm-cov in the image",
    hint: `Name a target of the Dockerfile that has them (Debian: llvm-19; rustup: the component llvm-tools) and the program's binaries with ${toolsNamedBy}.`,
  });
}

async function* candidates(
  options: Pick<ExportOptions, "toolbox" | "env" | "signal">,
): AsyncGenerator<LlvmTools> {
  const sysroot = (await ask(options, ["rustc", "--print", "sysroot"]))?.trim();
  const details = sysroot === undefined ? undefined : await ask(options, ["rustc", "-vV"]);
  const host = linesOf(details ?? "")
    .find((line) => line.startsWith("host: "))
    ?.slice("host: ".length);
  if (sysroot !== undefined && host !== undefined) yield pair(`${sysroot}/lib/rustlib/${host}/bin/`, "");
  yield pair("", "");
  for (let version = NEWEST; version >= OLDEST; version -= 1) yield pair("", `-${version}`);
  // Debian's packages put plain names only here when their own folder is not on PATH.
  for (let version = NEWEST; version >= OLDEST; version -= 1) yield pair(`/usr/lib/llvm-${version}/bin/`, "");
}

function pair(folder: string, suffix: string): LlvmTools {
  return { profdata: `${folder}llvm-profdata${suffix}`, cov: `${folder}llvm-cov${suffix}` };
}

/** What a program says, or undefined when it is not there or fails. */
async function ask(
  { toolbox, env, signal }: Pick<ExportOptions, "toolbox" | "env" | "signal">,
  argv: readonly string[],
): Promise<string | undefined> {
  const result = await toolbox.run(argv, { env, signal });
  return result?.code === 0 ? result.stdout : undefined;
}
