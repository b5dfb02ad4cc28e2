import type { Agent } from "../../agent/index.ts";

/** Agents of containers of a target that has tools; each is started when it is first asked for. */
export type ToolAgents = (target: string, signal: AbortSignal) => Promise<ToolContainer>;

export interface ToolContainer {
  agent: Agent;
  /** Where its programs start. */
  workingDir: string;
}
