import type { Launcher } from "../agent/index.ts";
import type { finishCoverage } from "../coverage/index.ts";
import type { Engine } from "../engine/index.ts";
import type { BuildCache } from "../image/index.ts";
import type { Emit, ImageIdentity, Logs, SpaceKind } from "../model/index.ts";
import type { CandidatePlan, PushedCandidates } from "../release/index.ts";
import type { SnapshotStore } from "../services/index.ts";
import type { SpaceKindDriver } from "../spaces/index.ts";
import type { Redactor } from "../support/redact.ts";
import type { Borrow } from "./infrastructure/borrowed.ts";

/** What applying a plan is given; it reaches for nothing else. */
export interface RunContext {
  run: string;
  engine: Engine;
  launcher: Launcher;
  emit: Emit;
  logs: Logs;
  /** The run's folder on this machine. */
  folder: string;
  /** The environment of commands such as docker buildx. */
  env: Record<string, string | undefined>;
  /** This user's cache, absolute. */
  cacheFolder: string;
  /** What knows kinds of servers. Default: those of the program. */
  spaceKinds?: ((kind: SpaceKind) => Promise<SpaceKindDriver>) | undefined;
  /** Takes a value that came up during the run and must not reach any output from now on. */
  hide?: ((secret: string) => void) | undefined;
  /** A value that was to be hidden opens nothing any more, and need not be remembered. Absent: whatever was hidden once stays so. */
  forget?: ((secret: string) => void) | undefined;
  /** Replaces secrets in what is written. Absent: there are none. */
  redactor?: Redactor | undefined;
  /** The services of a run that fails go on after it: `--keep`. */
  keepsServices?: boolean | undefined;
  /** Reads, reports and judges what was collected of coverage. Default: as the program does. */
  finishCoverage?: typeof finishCoverage | undefined;
  /** Absent with `--fresh`. */
  snapshots?: SnapshotStore | undefined;
  /** Pushes images to where the plan says, and keeps the list of them for other jobs. */
  push?: ((options: PushImages) => Promise<PushedImagesTold>) | undefined;
  /** Writes steps of the build into the registry, for engines that start empty. */
  pushCache?: ((options: PushCache) => Promise<void>) | undefined;
  /** Uses services that somebody else owns in place of the plan's own. Absent: the run starts its own. */
  borrow?: Borrow | undefined;
  /** The commit and whether the tree has changes, when the project is a git checkout. */
  source: Promise<{ commit?: string | undefined; dirty?: boolean | undefined }>;
  /** A clock in milliseconds. */
  now: () => number;
  /** Aborts when the user stops the run; its reason is what stopped it. */
  signal: AbortSignal;
  /** Aborts when what happens can no longer be written down; its reason is the error that ends the run. */
  broken?: AbortSignal | undefined;
}

/** Which steps are kept, and where. */
export interface PushCache {
  cache: BuildCache;
  /** Stages that the registry should have again, by key; others it should merely have. */
  stale: readonly string[];
  /** Variables that secrets of the build come from. */
  environment: Record<string, string>;
  onNote: (note: string) => void;
  signal: AbortSignal;
}

/** What was pushed, and sentences about what else did not go well. */
export interface PushedImagesTold extends Pick<PushedCandidates, "pushed" | "uploaded"> {
  warnings?: string[] | undefined;
}

/** What is pushed, and where to. */
export interface PushImages {
  plan: CandidatePlan;
  images: ImageIdentity[];
  onNote: (note: string) => void;
  signal: AbortSignal;
}
