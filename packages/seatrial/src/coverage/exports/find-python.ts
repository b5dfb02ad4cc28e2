import path from "node:path/posix";
import type { Problem } from "../../model/index.ts";
import { type ExportOptions, exportProblem } from "./export.ts";

export interface Python {
  program: string;
  /** Of coverage.py: `7.6.1`. */
  version: string;
}

const INTERPRETER = /^python[\d.]*$/;
const ASK = "import coverage; print(coverage.__version__)";

/** The Python that can report: the program's own, the one beside it (of a script in a virtual environment), or the first on PATH. */
export async function findPython(options: ExportOptions & { workingDir: string }): Promise<Python | Problem> {
  const { toolbox, env, signal, workingDir } = options;
  const without: string[] = [];
  for (const program of candidates(options.argv?.[0] ?? "")) {
    const result = await toolbox.run([program, "-c", ASK], { env, cwd: workingDir, signal });
    const version = result?.code === 0 ? result.stdout.trim() : "";
    if (/^\d+\.\d+/.test(version)) return { program, version };
    if (result !== undefined) without.push(program);
  }
  const hint =
    "Install coverage into the image that is tested: profiles are read where the program's sources and its own coverage.py are.";
  return without.length > 0
    ? exportProblem("COVERAGE_TOOL_MISSING", { message: `${without[0]} cannot import coverage`, hint })
    : exportProblem("COVERAGE_TOOL_MISSING", { message: "There is no python in the image", hint });
}

function candidates(program: string): string[] {
  const beside = path.isAbsolute(program)
    ? ["python", "python3"].map((name) => path.join(path.dirname(program), name))
    : [];
  const own = INTERPRETER.test(path.basename(program)) ? [program] : [];
  return [...new Set([...own, ...beside, "python3", "python"])];
}

/** Compares `7.6.1` with numbers, the first being the most important. */
export function isAtLeast(version: string, wanted: readonly number[]): boolean {
  const parts = version.split(".").map((part) => Number.parseInt(part, 10) || 0);
  for (const [at, number] of wanted.entries()) {
    const difference = (parts[at] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
