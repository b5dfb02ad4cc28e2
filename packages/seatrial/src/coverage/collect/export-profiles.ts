import type { Agent } from "../../agent/index.ts";
import type { Problem } from "../../model/index.ts";
import type { ContainerCoverage } from "../plan.ts";
import type { ProgramEnd } from "./program-end.ts";
import type { ToolAgents } from "./tool-agents.ts";

/** Turns profiles that only their image can read into files of `exports/`, or says why that did not work. */
export async function exportProfiles(options: {
  agent: Agent;
  coverage: ContainerCoverage;
  end: ProgramEnd;
  tools: ToolAgents;
  signal: AbortSignal;
}): Promise<({ path: string; content: Buffer } | Problem)[]> {
  void options;
  return [];
}
