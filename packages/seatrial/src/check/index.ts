// Checks of the release image: what its layers and configuration hold, and what its containers do. Each check is a file in
// checks/; the layers are streamed once and kept as a reading. Services that an entrypoint needs are the run's.
export type { Check, CheckCase, DynamicCheck, DynamicSubject, StaticCheck, StaticSubject } from "./check.ts";
export type { CheckContext } from "./context.ts";
export { type CheckDescription, describeChecks } from "./describe.ts";
export type { CheckErrorCode } from "./errors.ts";
export { diffIdOf } from "./layers/diff-id.ts";
export type {
  EntryType,
  ImageIndex,
  ImageLayer,
  InstalledPackage,
  LayerEntry,
} from "./layers/image-index.ts";
export { listReadings, removeReadings } from "./layers/kept.ts";
export { type CheckPlan, type PlanChecksOptions, planChecks } from "./plan.ts";
export { runChecks } from "./run.ts";
export { summarise } from "./summary.ts";
