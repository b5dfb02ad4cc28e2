import type { EngineCapabilities } from "./capabilities.ts";
import type { ImageEngine } from "./image.ts";
import type { NetworkEngine } from "./network.ts";
import type { VolumeEngine } from "./volume.ts";
import type { WorkloadEngine } from "./workload.ts";

/** Everything that runs containers, behind small ports. */
export interface Engine extends AsyncDisposable {
  /** Where it is, for people and for the docker command line: `unix:///var/run/docker.sock`. */
  readonly endpoint: string;
  /** Asked once and remembered. Fails with ENGINE_UNREACHABLE or ENGINE_DENIED. */
  capabilities(signal: AbortSignal): Promise<EngineCapabilities>;
  /** The engine's own time in milliseconds since 1970, to the second: the one that every `createdAt` of its things is told by. */
  clock(signal: AbortSignal): Promise<number>;
  /** The environment that makes the docker command line (buildx, compose) talk to this same engine. */
  readonly commandEnvironment: Record<string, string>;
  readonly images: ImageEngine;
  readonly workloads: WorkloadEngine;
  readonly networks: NetworkEngine;
  readonly volumes: VolumeEngine;
}
