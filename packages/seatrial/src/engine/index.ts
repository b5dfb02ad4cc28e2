// The ports through which a run uses containers, images, networks and volumes. Drivers live in folders of their own.
export type { EngineCapabilities } from "./capabilities.ts";
export type { Engine } from "./engine.ts";
export { type EngineErrorCode, engineError } from "./errors.ts";
export type {
  CommitOptions,
  ImageEngine,
  ImageSummary,
  LoadOptions,
  PullOptions,
  PushedManifest,
  PushOptions,
} from "./image.ts";
export type { NetworkEngine, NetworkSpec, NetworkSummary } from "./network.ts";
export type { VolumeEngine, VolumeSummary } from "./volume.ts";
export type {
  AttachOptions,
  WorkloadDetails,
  WorkloadEngine,
  WorkloadExit,
  WorkloadMount,
  WorkloadSpec,
  WorkloadSummary,
} from "./workload.ts";
