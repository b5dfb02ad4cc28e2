import type { Duplex } from "node:stream";
import type { Limits, SecuritySpec } from "../model/index.ts";

/**
 * Containers, as a run uses them: created, attached, started, gone. A workload is removed by the engine the moment it ends,
 * with its anonymous volumes; its stdin is open for exactly one attachment.
 */
export interface WorkloadEngine {
  /** Creates a container and returns its id. A taken name fails with NAME_TAKEN, a missing image with IMAGE_NOT_FOUND. */
  create(spec: WorkloadSpec, signal: AbortSignal): Promise<string>;
  /** Opens the container's stdin and stdout as one stream, before it is started. Its end is the end of the container, and the other way round. */
  attach(id: string, options: AttachOptions): Promise<Duplex>;
  start(id: string, signal: AbortSignal): Promise<void>;
  /** Resolves when the container has ended. Ask before starting it: an ended one is gone. */
  waitForExit(id: string, signal: AbortSignal): Promise<WorkloadExit>;
  inspect(id: string, signal: AbortSignal): Promise<WorkloadDetails | undefined>;
  /** Ends it if it runs, and removes it with its anonymous volumes. Missing is fine. */
  remove(id: string, signal: AbortSignal): Promise<void>;
  /** Containers in any state that carry all these labels. */
  list(labels: Record<string, string>, signal: AbortSignal): Promise<WorkloadSummary[]>;
}

export interface WorkloadSpec {
  /** Unique in the engine. */
  name: string;
  /** An image id, never a tag. */
  image: string;
  labels: Record<string, string>;
  entrypoint: string[];
  command: string[];
  /** `""` is the image's own. */
  user: string;
  workingDir?: string | undefined;
  env: Record<string, string>;
  hostname?: string | undefined;
  network?: { id: string; aliases: string[] } | undefined;
  /** TCP ports that the engine's own machine answers at 127.0.0.1, at ports that the engine chooses. They need a network. */
  publish?: readonly number[] | undefined;
  mounts: WorkloadMount[];
  limits: Limits;
  security: SecuritySpec;
  extraHosts: string[];
  /** Default true. */
  removeOnExit?: boolean | undefined;
}

export type WorkloadMount =
  | { kind: "tmpfs"; target: string; sizeBytes?: number | undefined; mode?: number | undefined }
  | { kind: "volume"; name: string; target: string; readOnly: boolean }
  /** `empty` hides what the image has at the target; default: its content shows. */
  | { kind: "anonymous"; target: string; empty?: boolean | undefined };

export interface AttachOptions {
  /** What the container's first process writes to stderr. */
  onStderr: (chunk: Buffer) => void;
  signal: AbortSignal;
}

export interface WorkloadExit {
  exitCode: number;
  /** When the engine could still tell. */
  outOfMemory?: boolean | undefined;
}

export interface WorkloadDetails {
  id: string;
  name: string;
  state: "created" | "running" | "exited" | "removing";
  image: string;
  labels: Record<string, string>;
  /** Address in each network, by network name. */
  addresses: Record<string, string>;
  /** While it runs: where published ports are answered at 127.0.0.1 of the engine's machine, by port of the container. */
  published: Record<number, number>;
  /** Names of the volumes it uses, by target path. */
  volumes: Record<string, string>;
  outOfMemory: boolean;
}

export interface WorkloadSummary {
  id: string;
  name: string;
  state: "created" | "running" | "exited" | "removing";
  labels: Record<string, string>;
  /** Milliseconds since 1970. */
  createdAt: number;
}
