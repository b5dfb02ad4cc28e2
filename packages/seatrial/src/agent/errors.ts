import { EXIT, type ExitCode, ToolError } from "../support/error.ts";

export type AgentErrorCode =
  /** The connection to the agent broke: its container ended, or the engine went away. */
  | "AGENT_LOST"
  /** This program did not run for so long that its containers ended: it was stopped, or its machine slept. */
  | "OWNER_STOPPED"
  /** Owner and agent did not understand each other. A bug, or an agent of another version. */
  | "AGENT_PROTOCOL"
  /** The package holds no agent for the engine's platform. */
  | "AGENT_MISSING"
  /** The agent could not be put into the engine. */
  | "AGENT_NOT_INSTALLED"
  /** The engine did not start a container within its deadline. */
  | "AGENT_NOT_STARTED"
  /** A command could not be started in its container. */
  | "PROCESS_NOT_STARTED"
  /** The process is not there any more. */
  | "PROCESS_NOT_FOUND"
  /** Nothing is at this path of the container. */
  | "FILE_NOT_FOUND"
  /** A file of the container could not be read or written. */
  | "FILE_FAILED"
  /** The project's files could not be put into a container. Exit code 2. */
  | "FILES_NOT_PLACED"
  /** A connection into the run's network could not be made. */
  | "TUNNEL_REFUSED"
  /** The agent could not listen at an address of its container. */
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
