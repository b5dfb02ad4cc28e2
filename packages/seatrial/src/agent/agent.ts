import type { Duplex, Readable } from "node:stream";
import type { Duration, ProbeSpec } from "../model/index.ts";

/** The agent of one container, reached over the container's attached stream. Closing it ends the container. */
export interface Agent extends AsyncDisposable {
  hello(signal: AbortSignal): Promise<AgentHello>;
  /** Starts a process. It belongs to the returned handle: closing the connection or aborting ends its whole process group. */
  run(spec: ProcessSpec, signal: AbortSignal): Promise<AgentProcess>;
  /** Asks once. A refusal is an answer, not an error. */
  probe(spec: ProbeSpec, options: ProbeOptions): Promise<ProbeAnswer>;
  readonly files: AgentFiles;
  /**
   * A TCP connection from where the container stands. Fails with TUNNEL_REFUSED. The signal counts until it is open. Each direction
   * ends by itself; set `allowHalfOpen` to false for a client that expects its own side to end with the other.
   */
  tunnel(address: { host: string; port: number }, signal: AbortSignal): Promise<Duplex>;
  /** Listens inside the container and hands each connection to `onConnection`, until the relay is closed. */
  relay(options: RelayOptions): Promise<Relay>;
  /** Resolves when the connection is over, with the reason if it was not asked for. */
  readonly closed: Promise<Error | undefined>;
}

export interface AgentHello {
  /** The protocol's major version, see protocol/agent.md. */
  protocol: number;
  version: string;
  platform: string;
  hostname: string;
  /** The agent's own user id: 0 unless the container forbids it. */
  uid: number;
  /** The container's addresses, without loopback. */
  addresses: string[];
}

export interface ProcessSpec {
  argv: string[];
  /** Added to the container's environment. `undefined` values are left out. */
  env?: Record<string, string> | undefined;
  workingDir?: string | undefined;
  /** `name`, `uid`, `name:group`, `uid:gid`, resolved in the container's own files. Default: the agent's. */
  user?: string | undefined;
  groupAdd?: string[] | undefined;
  /** A terminal of this size in place of pipes. */
  terminal?: { columns: number; rows: number } | undefined;
  /** One pipe for stdout and stderr, so that their order is certain; all output comes as stdout. Default: false. */
  mergeOutput?: boolean | undefined;
  /** Keep stdin open for `write`. Default: closed from the start. */
  stdin?: boolean | undefined;
}

export interface AgentProcess {
  readonly pid: number;
  /**
   * Output in order of arrival, for one reader. Reading slowly slows the process down; nothing is dropped or piled up. Not reading
   * stalls it once about 1 MB is held; leaving the loop early lets the rest be dropped.
   */
  readonly output: AsyncIterable<OutputChunk>;
  /** Resolves after the last output, when the process has ended. Fails with AGENT_LOST when the stream broke before. */
  readonly exit: Promise<ProcessExit>;
  write(data: Uint8Array | string): Promise<void>;
  endInput(): Promise<void>;
  /** To the process group; ignored once it has ended: `TERM`, `INT`, `KILL`, `HUP`, `QUIT`, `USR1`, `USR2`. */
  signal(name: string): Promise<void>;
  resize(size: { columns: number; rows: number }): Promise<void>;
}

export interface OutputChunk {
  stream: "stdout" | "stderr";
  data: Buffer;
}

export interface ProcessExit {
  /** The exit code, or null when a signal ended it. */
  code: number | null;
  signal: string | null;
  /** The container's memory limit killed something while it ran. */
  outOfMemory: boolean;
  /** From start to end. */
  duration: Duration;
  /** Peak resident memory in bytes. */
  maxMemoryBytes: number;
  /** User and system time, in milliseconds. */
  cpu: Duration;
}

export interface ProbeOptions {
  /** For this one attempt. */
  timeout: Duration;
  /** Default: the container's own network address, so that a server on loopback only is not taken for ready. */
  host?: string | undefined;
  /** For command probes. */
  env?: Record<string, string> | undefined;
  user?: string | undefined;
  workingDir?: string | undefined;
  signal: AbortSignal;
}

export interface ProbeAnswer {
  ready: boolean;
  /** One line for people: what was seen. */
  saw: string;
  /** Something that changes when the server restarts (its start time or run id), where the protocol tells. */
  instance?: string | undefined;
}

export interface AgentFiles {
  /** Extracts a tar stream below a folder of the container, which is made if missing. */
  put(path: string, tar: TarSource, signal: AbortSignal): Promise<{ files: number; bytes: number }>;
  /** A tar stream of a file or folder, which the signal can break off. Fails with FILE_NOT_FOUND. */
  get(path: string, signal: AbortSignal): Promise<Readable>;
  /** What is at a path, or undefined. Links are followed, so that `link` is one that leads nowhere. */
  stat(path: string, signal: AbortSignal): Promise<FileDetails | undefined>;
  /** The same, and a link at the end of the path is a link. */
  statLink(path: string, signal: AbortSignal): Promise<FileDetails | undefined>;
  /** Every regular file below a folder, sorted; Go executables with their build information when asked for. */
  list(path: string, options: ListOptions): Promise<FileDetails[]>;
}

/** A tar's bytes: a Readable of Node or of tar-stream. It is destroyed when the transfer ends early. */
export type TarSource = AsyncIterable<unknown> & {
  destroy?(): unknown;
  once?(event: "error", listener: (error: Error) => void): unknown;
};

export interface FileDetails {
  path: string;
  kind: "file" | "folder" | "link" | "other";
  size: number;
  mode: number;
  uid: number;
  gid: number;
  go?: GoBuildInfo | undefined;
}

export interface GoBuildInfo {
  /** The package path, such as `example.com/shop/cart.test` for a test binary. */
  path: string;
  /** The main module's path. */
  module: string;
  goVersion: string;
  settings: Record<string, string>;
}

export interface ListOptions {
  /** Only names with this ending. */
  suffix?: string | undefined;
  buildInfo?: boolean | undefined;
  signal: AbortSignal;
}

export interface RelayOptions {
  /** In the container. Default `127.0.0.1:0`, a free port. */
  listen?: string | undefined;
  onConnection: (connection: Duplex) => void;
  /** Counts until it listens. */
  signal: AbortSignal;
}

export interface Relay extends AsyncDisposable {
  /** Where it listens in the container. */
  readonly address: { host: string; port: number };
  /** Resolves when it accepts no more, with the reason if it was not asked for. Connections handed over go on. */
  readonly closed: Promise<Error | undefined>;
}
