// Services: from a Compose service or the app under test to a container that is ready, its logs whole, its first state kept.
export { appService } from "./app.ts";
export { resolveImage } from "./image.ts";
export { toWorkloadMount, volumeName } from "./launch.ts";
export type { ServerAddress, ServicePlan } from "./plan.ts";
export { type PresetName, presetFor } from "./presets/index.ts";
export { describeProbe, waitUntilReady } from "./readiness.ts";
export type { ServiceRuntime } from "./runtime.ts";
export type { RunningService } from "./service.ts";
export { digestFiles } from "./snapshot.ts";
export {
  createSnapshotStore,
  type SnapshotStore,
  type SnapshotSummary,
  type UsageJournal,
} from "./snapshot-store.ts";
export { type StartOptions, startService } from "./start.ts";
export type { ServiceEnd } from "./stop.ts";
