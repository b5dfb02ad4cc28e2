import type { Environment } from "../environment.ts";
import { configError } from "../errors.ts";
import { type Mistake, mistakesError } from "../mistake.ts";
import { readText } from "../read-text.ts";
import { placeOf, visible } from "../source.ts";
import { readInstructions } from "./instructions.ts";
import { readStages } from "./stages.ts";
import type { DockerfileSummary } from "./summary.ts";

export interface ReadDockerfileOptions {
  /** Absolute. */
  path: string;
  /** Build arguments that the project gives. */
  args: Record<string, string>;
  environment: Environment;
  /** For a file that is not there. */
  hint?: string | undefined;
}

/** Reads a Dockerfile's stages. Fails with DOCKERFILE_NOT_FOUND, DOCKERFILE_UNREADABLE or DOCKERFILE_INVALID. */
export async function readDockerfile(options: ReadDockerfileOptions): Promise<DockerfileSummary> {
  const source = await readText({
    path: options.path,
    environment: options.environment,
    missing: "DOCKERFILE_NOT_FOUND",
    unreadable: "DOCKERFILE_UNREADABLE",
    hint: options.hint,
  });
  const instructions = await readInstructions(source.text);
  const frontend = foreignFrontend(source.text);
  const { stages, args, mistakes, oddities } = readStages({ instructions, args: options.args, frontend });
  const all: Mistake[] =
    instructions.length > 0 && stages.length === 0 && mistakes.length === 0
      ? [{ start: 0, end: 1, message: "no FROM instruction" }]
      : mistakes;
  if (all.length > 0) throw mistakesError({ source, mistakes: all, code: "DOCKERFILE_INVALID" });
  if (instructions.length === 0) {
    throw configError({
      code: "DOCKERFILE_INVALID",
      message: `${source.label} is empty: expected at least one FROM instruction`,
    });
  }
  const used = new Set(
    stages.flatMap((stage) => [...stage.uses, ...(stage.base.kind === "stage" ? [stage.base.stage] : [])]),
  );
  const leaves = stages.map((stage) => stage.key).filter((key) => !used.has(key));
  const warnings = oddities.map((oddity) => visible(`${placeOf(source, oddity)}: ${oddity.message}`));
  return { path: source.path, label: source.label, stages, leaves, args, warnings };
}

/** What `# syntax=` names; undefined for Docker's own, wherever it is taken from. */
function foreignFrontend(text: string): string | undefined {
  const directives = /^\uFEFF?(?:#[^\S\n]*\w+[^\S\n]*=.*\n)*/.exec(`${text}\n`)?.[0] ?? "";
  const syntax = /^\uFEFF?#\s*syntax\s*=\s*(\S+)/im.exec(directives)?.[1];
  return syntax === undefined || /(^|\/)docker\/dockerfile(-upstream)?([:@]|$)/.test(syntax)
    ? undefined
    : syntax;
}
