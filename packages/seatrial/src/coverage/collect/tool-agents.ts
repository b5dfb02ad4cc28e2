import type { Agent } from "../../agent/index.ts";
import type { ImageDetails } from "../../model/index.ts";

/** Agents of containers of an image that has tools: of a run's target, or as a user names it. Each is started when it is first asked for. */
export type ToolAgents = (image: string, signal: AbortSignal) => Promise<ToolContainer>;

export interface ToolContainer {
  agent: Agent;
  image: ImageDetails;
}
