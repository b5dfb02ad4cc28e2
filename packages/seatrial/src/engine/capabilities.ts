import type { Platform } from "../model/index.ts";

/** What an engine is and can do. Code asks for a capability, never for an engine's name. */
export interface EngineCapabilities {
  /** For people: `Docker Engine`. */
  name: string;
  version: string;
  apiVersion: string;
  platform: Platform;
  /** Containers can be kept as images, so snapshots are possible. */
  canCommit: boolean;
  /** Its builder can write the steps of a build into a registry. */
  exportsCache: boolean;
  /** Memory limits are enforced. */
  limitsMemory: boolean;
  memoryBytes: number;
  cpus: number;
}
