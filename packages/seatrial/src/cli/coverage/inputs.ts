import { stat } from "node:fs/promises";
import path from "node:path";
import { findProject, loadProject, type Project, type ProjectConfig } from "../../config/index.ts";
import { checkRuns, type Input } from "../../coverage/index.ts";
import { cliError } from "../errors.ts";
import type { GlobalFlags } from "../flags.ts";
import { gitVariables } from "../git.ts";
import type { Surroundings } from "../surroundings.ts";

export interface InputFlags extends GlobalFlags {
  inputs: string[];
  /** `name=path` */
  source?: string[];
  /** `[source=]image` */
  image?: string[];
  force?: boolean;
  json?: boolean;
}

export interface CoverageProject {
  root: string;
  /** The project's own section, where it has a file and the file has one. */
  settings: ProjectConfig["coverage"];
  /** The whole of it, where it has a file. */
  config?: Project | undefined;
}

/** The project that coverage is about: a folder without a file is one too. */
export async function coverageProject(options: {
  surroundings: Surroundings;
  flags: GlobalFlags;
  signal: AbortSignal;
}): Promise<CoverageProject> {
  const { surroundings, flags, signal } = options;
  const { environment } = surroundings;
  const place = await findProject({ environment, ...flags });
  if (place.file === undefined) return { root: place.root, settings: undefined };
  const builtin = gitVariables({ folder: place.root, env: environment.env, signal });
  const project = await loadProject({ environment, ...flags, builtin });
  return { root: project.root, settings: project.config.coverage, config: project };
}

/**
 * What was named, or else what the latest run and `coverage pull` left. Fails with COVERAGE_RUNS_DIFFER where units of several runs were
 * pulled, unless forced.
 */
export async function coverageInputs(options: {
  surroundings: Surroundings;
  flags: InputFlags;
  root: string;
  signal: AbortSignal;
}): Promise<Input[]> {
  const { surroundings, flags, root, signal } = options;
  const at = (name: string) => path.resolve(surroundings.environment.cwd, name);
  const named = [...flags.inputs.map((name): Input => ({ path: at(name) })), ...sourcesOf(flags, at)];
  if (named.length > 0) return named;
  const pulled = path.join(root, ".seatrial", "coverage");
  if (flags.force !== true) await checkRuns(pulled, signal);
  const usual = [path.join(root, ".seatrial", "latest/coverage/units"), pulled];
  const there = await Promise.all(usual.map((folder) => stat(folder).catch(() => undefined)));
  return usual.flatMap((folder, index) => (there[index] === undefined ? [] : [{ path: folder }]));
}

function sourcesOf({ source = [] }: InputFlags, at: (name: string) => string): Input[] {
  return source.map((text) => {
    const cut = text.indexOf("=");
    if (cut > 0 && cut < text.length - 1)
      return { source: text.slice(0, cut), path: at(text.slice(cut + 1)) };
    throw cliError({
      code: "SOURCE_INVALID",
      message: `--source ${text} does not say what counts for what.`,
      hint: "Write a name and an input: --source unit=unit/lcov.info",
    });
  });
}

/** A percentage of the command line. */
export function percentFlag(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const percent = Number(text.replace(/\s*%$/, ""));
  if (/^\d/.test(text) && percent >= 0 && percent <= 100) return percent;
  throw cliError({
    code: "PERCENT_INVALID",
    message: `${flag} ${text} is no percentage.`,
    hint: "Write a number from 0 to 100, such as 80 or 84.5.",
  });
}
