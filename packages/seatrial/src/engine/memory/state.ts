import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import type { Digest, ImageDetails } from "../../model/index.ts";
import type { PushedManifest } from "../image.ts";
import type { NetworkSpec } from "../network.ts";
import type { WorkloadExit, WorkloadSpec, WorkloadSummary } from "../workload.ts";
import type { FileTree, MountedTree } from "./files.ts";
import type { MemoryPrograms } from "./program.ts";

/** Everything that an engine in memory holds; several connections may share one. */
export interface MemoryState {
  programs: MemoryPrograms;
  /** A clock in milliseconds. */
  now: () => number;
  onPush: ((reference: string, image: ImageDetails) => Promise<PushedManifest>) | undefined;
  /** What can be pulled, by name. */
  registry: Map<string, MemoryImage>;
  images: Map<Digest, MemoryImage>;
  networks: Map<string, MemoryNetwork>;
  volumes: Map<string, MemoryVolume>;
  workloads: Map<string, MemoryWorkload>;
  /** How many ports of the machine were given out so far. */
  portsGiven: number;
}

export interface MemoryImage {
  details: ImageDetails;
  references: Set<string>;
  files: FileTree;
  /** The layers as tars, by diff id: those that an export can give out. */
  tars: Map<Digest, Buffer>;
  history: MemoryHistory[];
}

/** A line of an image's history; an empty one made no layer. */
export interface MemoryHistory {
  line: string;
  empty?: boolean | undefined;
}

export interface MemoryNetwork {
  id: string;
  spec: NetworkSpec;
  createdAt: number;
  /** How many addresses were given out so far. */
  handedOut: number;
}

export interface MemoryVolume {
  labels: Record<string, string>;
  createdAt: number;
  files: FileTree;
}

export interface MemoryWorkload {
  id: string;
  spec: WorkloadSpec;
  image: MemoryImage;
  state: WorkloadSummary["state"];
  createdAt: number;
  addresses: Record<string, string>;
  /** Ports of the machine, by port of the container. Nothing listens there. */
  published: Record<number, number>;
  /** Volume names by target. */
  volumes: Record<string, string>;
  /** Names of the volumes that go with it. */
  anonymous: string[];
  mounts: MountedTree[];
  /** What it wrote outside of mounts, over the image's files. */
  root: FileTree;
  /** Its own end of the attached stream. */
  stdio: Duplex | undefined;
  onStderr: (chunk: Buffer) => void;
  killed: AbortController;
  exit: WorkloadExit | undefined;
  onExit: ((exit: WorkloadExit) => void)[];
}

/** A new id, as engines make them. */
export function createId(): string {
  return randomBytes(32).toString("hex");
}

/** True when all of `wanted` are among `labels`. */
export function hasLabels(labels: Record<string, string>, wanted: Record<string, string>): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}
