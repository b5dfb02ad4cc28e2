import type { Duplex } from "node:stream";

/** What a server's program is told to listen on a port, and how it tells that it does. */
export interface ServerProgram {
  /** For people: `redis-server`. */
  title: string;
  /** Names or paths by which images have it; the first that starts counts. */
  programs: readonly string[];
  command: (port: number) => ServerCommand;
  /** A line of its output once it listens. */
  ready: RegExp;
  /** A line of its output when somebody else has the port. */
  portTaken: RegExp;
  /** Asks over a connection to its port whether it serves whom it is for; rejects when it does not. Need not close the connection. */
  ask: (connection: Duplex, signal: AbortSignal) => Promise<void>;
}

export interface ServerCommand {
  args: readonly string[];
  env?: Record<string, string> | undefined;
  /** For its stdin: unlike arguments, no other process can read it. */
  input?: string | undefined;
}
