import path from "node:path";
import type { Agent } from "../../agent/index.ts";
import type { Problem } from "../../model/index.ts";
import { agentToolbox } from "../exports/agent-toolbox.ts";
import { type Export, type ExportOptions, isExport } from "../exports/export.ts";
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
  signal: AbortSignal;
}

/** Lets a language's own tool, in the container or in that of its target, read profiles that nobody else can. */
export async function exportProfiles(options: ExportProfilesOptions): Promise<Exported[]> {
  const { coverage, end } = options;
  const { llvm, java } = coverage;
  const made: Exported[] = [];
  const add = (result: Export | Problem) => {
    if (isExport(result)) made.push({ path: result.path, content: result.content }, ...result.problems);
    else made.push(result);
  };
  const python = profilesOf("python", options);
  if (python.length > 0)
    add(
      await exportPython({
        ...(await placeOf("python", options)),
        profiles: python,
        workingDir: end.workingDir,
      }),
    );
  const raw = profilesOf("llvm", options);
  if (raw.length > 0) {
    const binaries = llvm?.binaries.length ? llvm.binaries : await ownBinary(options);
    add(await exportLlvm({ ...(await placeOf("llvm", options)), profiles: raw, binaries }));
  }
  const exec = profilesOf("java", options);
  if (exec.length > 0 && java !== undefined)
    add(await exportJava({ ...(await placeOf("java", options)), ...java, profiles: exec }));
  return made;
}

function profilesOf(language: string, { folder, files }: ExportProfilesOptions): string[] {
  return files
    .filter((file) => file.path.startsWith(`${language}/`) && file.bytes > 0)
    .map((file) => path.join(folder, file.path));
}

/** Where a language's tool runs: with the program's own environment where the program ran, without what measured it. */
async function placeOf(
  language: "python" | "llvm" | "java",
  { agent, coverage, unit, end, tools, signal }: ExportProfilesOptions,
): Promise<Omit<ExportOptions, "profiles">> {
  const target = language === "python" ? undefined : coverage[language]?.target;
  const folder = path.posix.join(coverage.folder, TOOLS_FOLDER, `${unit.service}-${unit.instance}`, language);
  if (target !== undefined) {
    const container = await tools(target, signal);
    return { toolbox: agentToolbox(container.agent), folder, signal };
  }
  const env = withoutHooks(end.env, coverage);
  return { toolbox: agentToolbox(agent), folder, argv: end.argv, env, signal };
}

/** Where nobody says which binaries there are, it is the container's own program. */
async function ownBinary({ agent, end, signal }: ExportProfilesOptions): Promise<string[]> {
  const place = await findProgram({ agent, end, signal });
  return place === undefined ? [] : [place];
}
