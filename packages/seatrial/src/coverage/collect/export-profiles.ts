import path from "node:path";
import type { Agent } from "../../agent/index.ts";
import type { Problem } from "../../model/index.ts";
import type { CoverageErrorCode } from "../errors.ts";
import { agentToolbox } from "../exports/agent-toolbox.ts";
import { type Export, type ExportOptions, exportProblem, isExport } from "../exports/export.ts";
import { exportJava } from "../exports/export-java.ts";
import { exportLlvm } from "../exports/export-llvm.ts";
import { exportPython } from "../exports/export-python.ts";
import { type ContainerCoverage, TOOLS_FOLDER } from "../plan.ts";
import type { UnitFile, UnitManifest } from "../units/manifest.ts";
import { withoutHooks } from "./environment.ts";
import { findProgram } from "./find-program.ts";
import type { ProgramEnd } from "./program-end.ts";
import type { ToolAgents } from "./tool-agents.ts";

/** A file of `exports/`, or what did not go well. */
export type Exported = Pick<Export, "path" | "content"> | Problem;

export interface ExportProfilesOptions {
  /** Of the container that left the profiles. */
  agent: Agent;
  coverage: ContainerCoverage;
  unit: Pick<UnitManifest, "service" | "instance">;
  /** The unit's folder on this machine, and what is in it. */
  folder: string;
  files: readonly UnitFile[];
  end: ProgramEnd;
  tools: ToolAgents;
  /** How people say which image has the tools, for hints. Default: by the configuration. */
  toolsNamedBy?: string | undefined;
  signal: AbortSignal;
}

/** Lets a language's own tool, in the container or in that of its target, read profiles that nobody else can. */
export async function exportProfiles(options: ExportProfilesOptions): Promise<Exported[]> {
  const { coverage, end, signal } = options;
  const { llvm, java } = coverage;
  const made: Exported[] = [];
  const add = (result: Export | Problem) => {
    if (isExport(result)) made.push({ path: result.path, content: result.content }, ...result.problems);
    else made.push(result);
  };
  const python = profilesOf("python", options);
  if (python.length > 0) {
    const { agent, ...place } = await placeOf("python", options);
    const { workingDir } = end;
    const result = await exportPython({ ...place, profiles: python, workingDir });
    // A Python that cannot start in its folder looks like one that is not there.
    const code = "COVERAGE_TOOL_MISSING";
    add(await explained(result, { code, needs: [workingDir], agent, signal }));
  }
  const raw = profilesOf("llvm", options);
  if (raw.length > 0) {
    const { agent, ...place } = await placeOf("llvm", options);
    const own = llvm?.binaries.length ? llvm.binaries : await ownBinary(options);
    const result = await exportLlvm({ ...place, profiles: raw, binaries: own });
    const needs = own.length > 0 ? own : end.argv.slice(0, 1);
    add(await explained(result, { code: "COVERAGE_TOOL_FAILED", needs, agent, signal }));
  }
  const exec = profilesOf("java", options);
  if (exec.length > 0) {
    if (java === undefined) return [...made, nobodySaysWhere()];
    const { agent, ...place } = await placeOf("java", options);
    const result = await exportJava({ ...place, ...java, profiles: exec });
    add(await explained(result, { code: "COVERAGE_TOOL_FAILED", needs: java.classes, agent, signal }));
  }
  return made;
}

/** Failures of this code say little where something that the tool needs is not there at all: that is named in their place. */
async function explained(
  result: Export | Problem,
  options: { code: CoverageErrorCode; needs: readonly string[]; agent: Agent; signal: AbortSignal },
): Promise<Export | Problem> {
  const { code, needs, agent, signal } = options;
  if (isExport(result) || result.code !== code) return result;
  for (const place of needs) {
    const found = place.startsWith("/") ? await agent.files.stat(place, signal) : undefined;
    if (found === undefined) return notThere(place);
  }
  return result;
}

function notThere(place: string): Problem {
  return exportProblem("COVERAGE_SOURCES_MISSING", {
    message: `There is no ${place} in the image, which the profiles are about`,
    hint: "Their tool needs what ran, where it ran: use the image of the program, or one that has the same files in the same places.",
  });
}

function nobodySaysWhere(): Problem {
  return exportProblem("COVERAGE_TOOL_MISSING", {
    message: "Nobody says where JaCoCo's command line and the classes are in the image",
    hint: "Name them with coverage.java of seatrial.yaml: cli and classes.",
  });
}

function profilesOf(language: string, { folder, files }: ExportProfilesOptions): string[] {
  return files
    .filter((file) => file.path.startsWith(`${language}/`) && file.bytes > 0)
    .map((file) => path.join(folder, file.path));
}

/** Where a language's tool runs: with the program's own environment where the program ran, without what measured it. */
async function placeOf(
  language: "python" | "llvm" | "java",
  { agent, coverage, unit, end, tools, toolsNamedBy, signal }: ExportProfilesOptions,
): Promise<Omit<ExportOptions, "profiles"> & { agent: Agent }> {
  const target = language === "python" ? undefined : coverage[language]?.target;
  const folder = path.posix.join(coverage.folder, TOOLS_FOLDER, `${unit.service}-${unit.instance}`, language);
  if (target !== undefined) {
    const container = await tools(target, signal);
    return { agent: container.agent, toolbox: agentToolbox(container.agent), folder, toolsNamedBy, signal };
  }
  const env = withoutHooks(end.env, coverage);
  return { agent, toolbox: agentToolbox(agent), folder, argv: end.argv, env, toolsNamedBy, signal };
}

/** Where nobody says which binaries there are, it is the container's own program. */
async function ownBinary({ agent, end, signal }: ExportProfilesOptions): Promise<string[]> {
  const place = await findProgram({ agent, end, signal });
  return place === undefined ? [] : [place];
}
