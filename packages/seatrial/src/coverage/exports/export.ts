import type { Problem } from "../../model/index.ts";
import type { CoverageErrorCode } from "../errors.ts";
import type { Toolbox, ToolResult } from "./toolbox.ts";

/** What a language's own tool made of profiles, as a file of their unit. */
export interface Export {
  /** Below the unit's folder: `exports/python.json`. */
  path: string;
  content: Buffer;
  /** Profiles and files that the tool left out. */
  problems: Problem[];
}

export interface ExportOptions {
  toolbox: Toolbox;
  /** Raw profiles on this machine. At least one. */
  profiles: readonly string[];
  /** A folder there that may be written to, and is ours. */
  folder: string;
  /** The command line of the program that left the profiles: its interpreter is the one to ask. */
  argv?: readonly string[] | undefined;
  /** For the tools, in place of what measures programs there. */
  env?: Record<string, string> | undefined;
  /** How people say which image has the tools, for hints. Default: `coverage.llvm.target` and the like of the configuration. */
  toolsNamedBy?: string | undefined;
  signal: AbortSignal;
}

const LAST_LINES = 10;

/** True for what a tool made; false for what is said about why it did not. */
export function isExport(result: Export | Problem): result is Export {
  return "content" in result;
}

export function exportProblem(
  code: CoverageErrorCode,
  about: { message: string; hint?: string; result?: ToolResult | undefined },
): Problem {
  const { message, hint, result } = about;
  return { code, message, hint, lastLines: result === undefined ? undefined : lastLinesOf(result) };
}

/** The last lines that a tool wrote, for people. */
export function lastLinesOf({ stdout, stderr }: ToolResult): string[] {
  return linesOf(`${stdout.slice(-4000)}\n${stderr}`).slice(-LAST_LINES);
}

export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** Where each profile goes in the tool's folder, in the given order. */
export function placedProfiles(
  { profiles, folder }: Pick<ExportOptions, "profiles" | "folder">,
  nameOf: (at: number) => string,
): { target: string; from: { kind: "path"; path: string } }[] {
  return profiles.map((path, at) => ({
    target: `${folder}/${nameOf(at)}`,
    from: { kind: "path", path },
  }));
}
