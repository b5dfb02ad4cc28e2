import { posix } from "node:path";
import type { RunnerKind } from "../model/index.ts";

export interface RunnerHints {
  binaries?: string | undefined;
  reports?: string | undefined;
  command?: string[] | undefined;
}

const LAUNCHERS = new Set([
  "poetry",
  "uv",
  "pdm",
  "pipenv",
  "hatch",
  "rye",
  "run",
  "npx",
  "coverage",
  "exec",
  "env",
]);

/** The runner of a suite that names none: by its compiled tests, its command, its reports; else the exit code decides. */
export function defaultRunner(hints: RunnerHints): RunnerKind {
  if (hints.binaries !== undefined) return "go";
  const words = hints.command ?? [];
  const program = words.findIndex((word) => !LAUNCHERS.has(word) && !/^\w+=/.test(word));
  const name = posix.basename(words[program] ?? "");
  const rest = words.slice(program + 1);
  if (/^(pytest|py\.test)$/.test(name)) return "pytest";
  if (/^python[\d.]*$|^-m$/.test(name)) {
    const module = name === "-m" ? rest[0] : rest[rest.indexOf("-m") + 1];
    if (module === "pytest") return "pytest";
  }
  const line = words.join(" ");
  if (/--test-reporter[= ]junit\b|--reporters?[= ](default,)?(jest-)?junit\b|--junit/.test(line))
    return "junit";
  if (/--test-reporter[= ]tap\b|--reporter[= ]tap\b|--formatter[= ]tap\b|(^| )--tap\b/.test(line))
    return "tap";
  if (/^(prove|tap|bats)$/.test(name)) return "tap";
  if (/^(mvnw?|gradlew?)$/.test(name) || hints.reports?.endsWith(".xml") === true) return "junit";
  return "command";
}
