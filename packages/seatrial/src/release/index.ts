// Release: pushes what was built, judges what its tests say, and gives exactly that image its tags. Plans are pure; the registry and
// the engine are ports. Leaves to others: building and testing, signing (attest), and what is printed.
export {
  type AppliedRelease,
  type ApplyReleaseOptions,
  applyRelease,
  type PushForRelease,
} from "./apply.ts";
export { beginReceipt } from "./begin-receipt.ts";
export { writeRecord } from "./build-record.ts";
export type { CoverageGate } from "./coverage-gate.ts";
export { describeReceipt, shortDigest } from "./describe-receipt.ts";
export type { ReleaseErrorCode } from "./errors.ts";
export type { Evidence, FoundEvidence, InvalidEvidence } from "./evidence.ts";
export { type FindReleasedOptions, findReleased, type ReleasedImages } from "./find-released.ts";
export type { History, Kinship } from "./history.ts";
export type { Source } from "./judge-source.ts";
export { type LayerMemory, openLayerMemory } from "./layer-memory.ts";
export {
  type CandidatePlan,
  planCandidate,
  planRelease,
  type ReleasePlan,
  type ReleaseWishes,
  type RequiredSuite,
} from "./plan.ts";
export { type ExpectedImage, openPlaces, type PrepareOptions, prepareRelease } from "./prepare.ts";
export type { PreparedRelease, Signing } from "./prepared.ts";
export { previewHeld } from "./preview-held.ts";
export { type PushedCandidates, type PushOptions, pushCandidates } from "./push.ts";
export { readEvidence } from "./read-evidence.ts";
export { sumTraffic } from "./traffic.ts";
