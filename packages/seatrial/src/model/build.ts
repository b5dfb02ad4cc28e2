import type { Duration } from "./duration.ts";
import type { ImageIdentity } from "./image.ts";

/** One target of the run's build graph. */
export interface BuildTarget {
  /** Unique in the graph: the stage's name for the project's own, `service:<name>` for a Compose service's: no stage has a colon. */
  key: string;
  /** Absolute path, or a remote context as Compose allows. */
  context: string;
  /** Absolute path. */
  dockerfile?: string | undefined;
  dockerfileInline?: string | undefined;
  /** The stage. Default: the last one. */
  stage?: string | undefined;
  args: Record<string, string>;
  secrets: BuildSecret[];
  /** Named further contexts. */
  contexts: Record<string, string>;
  ssh: string[];
  platform?: string | undefined;
  network?: string | undefined;
  extraHosts: string[];
  labels: Record<string, string>;
  cacheFrom: string[];
}

/** A value that a build step may read and that stays in no layer. */
export type BuildSecret =
  | { id: string; from: { kind: "file"; path: string } }
  | { id: string; from: { kind: "env"; variable: string } };

export interface BuildResult {
  /** By target key. */
  images: Map<string, ImageIdentity>;
  duration: Duration;
  steps: number;
  cached: number;
  /** Stages whose cache in the registry should be written again, by key; empty where the project keeps none. */
  staleCaches: string[];
}
