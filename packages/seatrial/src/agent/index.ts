// The agent: PID 1 of every container of a run, and our end of the connection to it. Puts it into engines and containers,
// and speaks protocol/agent.md. Knows nothing of suites or Compose.
export type {
  Agent,
  AgentFiles,
  AgentHello,
  AgentProcess,
  FileDetails,
  GoBuildInfo,
  ListOptions,
  OutputChunk,
  ProbeAnswer,
  ProbeOptions,
  ProcessExit,
  ProcessSpec,
  Relay,
  RelayOptions,
  TarSource,
} from "./agent.ts";
export { agentBinary } from "./binary.ts";
export { type CachedAgent, listAgentCache, ownAgentKey, removeAgents } from "./cache.ts";
export type { ConnectionOptions } from "./connection.ts";
export { engineLoss } from "./ending.ts";
export { type AgentErrorCode, agentError } from "./errors.ts";
export {
  DEFAULT_LIMITS,
  type Extracted,
  type ExtractLimits,
  extractSafely,
  type FileSink,
} from "./extract.ts";
export {
  createLauncher,
  type HolderSpec,
  type Launcher,
  type LauncherOptions,
  type LaunchSpec,
} from "./launch.ts";
export { placeFiles } from "./place-files.ts";
export { readText } from "./read-text.ts";
export type { LaunchedWorkload, ReservedWorkload } from "./start.ts";
