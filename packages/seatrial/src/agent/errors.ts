import { EXIT, type ExitCode, ToolError } from "../support/error.ts";

export type AgentErrorCode =
  | "AGENT_LOST"
  | "AGENT_PROTOCOL"
  | "AGENT_MISSING"
  | "AGENT_NOT_INSTALLED"
  | "AGENT_NOT_STARTED"
  | "PROCESS_NOT_STARTED"
  | "PROCESS_NOT_FOUND"
  | "FILE_NOT_FOUND"
  | "FILE_FAILED"
  | "FILES_NOT_PLACED"
  | "TUNNEL_REFUSED"
  | "RELAY_FAILED";

export interface AgentErrorOptions {
  code: AgentErrorCode;
  message: string;
  hint?: string | undefined;
  cause?: unknown;
  /** The agent's own last lines. */
  lastLines?: string[] | undefined;
  exitCode?: ExitCode | undefined;
}

/** What is not the engine's fault: an agent of another make, or a command and files that the user named. */
const EXIT_CODES: Partial<Record<AgentErrorCode, ExitCode>> = {
  AGENT_PROTOCOL: EXIT.bug,
  PROCESS_NOT_STARTED: EXIT.usage,
  PROCESS_NOT_FOUND: EXIT.usage,
};

/** An error of the agent or of what it was asked to do. Exit code 3, but 70 for AGENT_PROTOCOL and 2 for a process that cannot start. */
export function agentError(options: AgentErrorOptions): ToolError {
  return new ToolError({ exitCode: EXIT_CODES[options.code] ?? EXIT.unreachable, ...options });
}
