// The shared nouns: plain types and their formatting, no I/O.
export type { BuildResult, BuildSecret, BuildTarget } from "./build.ts";
export { formatBytes } from "./bytes.ts";
export { lentCapabilities, plainCapability } from "./capabilities.ts";
export {
  type CheckName,
  type CheckOutcome,
  describePaths,
  type ImageDifference,
  type ImageReading,
  type ImageSize,
  type PathList,
  type WastedPath,
} from "./check.ts";
export {
  COVERAGE_FORMATS,
  COVERAGE_LANGUAGES,
  type CoverageCount,
  type CoverageFormat,
  type CoverageJudgement,
  type CoverageLanguage,
  type CoverageOutcome,
  type CoverageRules,
  type CoverageTotals,
  type SourceOutcome,
} from "./coverage.ts";
export type { Digest } from "./digest.ts";
export { type Duration, formatDuration } from "./duration.ts";
export type { Emit, NodeKind, NodeRef, NodeState, RunEvent } from "./event.ts";
export {
  type ImageConfig,
  type ImageDetails,
  type ImageHealthcheck,
  type ImageIdentity,
  type Platform,
  STAND_IN_LABEL,
} from "./image.ts";
export type { Log, Logs } from "./log.ts";
export type {
  BuildOutcome,
  Outcome,
  OutcomeStatus,
  ServiceOutcome,
  SuiteOutcome,
} from "./outcome.ts";
export { formatPercent, percentOf } from "./percent.ts";
export type { Problem } from "./problem.ts";
export type {
  AttestationReceipt,
  PushedImage,
  PushedImages,
  ReleaseReceipt,
  TagReceipt,
  Traffic,
} from "./release.ts";
export {
  type FileSpec,
  type ImageSource,
  type Limits,
  type MountSpec,
  PLAIN_SECURITY,
  type ProbeKind,
  type ProbeSpec,
  type ReadinessSpec,
  type SecuritySpec,
  type ServiceDependency,
  type ServiceSpec,
} from "./service.ts";
export {
  type ConfigTemplate,
  type KeepLimits,
  SPACE_ISOLATIONS,
  SPACE_KINDS,
  SPACE_PARTS,
  type SpaceHolder,
  type SpaceIsolation,
  type SpaceKind,
  type SpacePlan,
  type SpaceState,
  type SpaceSummary,
  type SpacesOutcome,
  type SpaceUse,
  type SpaceValues,
  type TemplatePlan,
  type TemplateStep,
} from "./space.ts";
export { type AppSpec, type Proof, RUNNERS, type RunnerKind, type SuiteSpec } from "./suite.ts";
export type { TestCounts, TestResult, TestStatus } from "./test-result.ts";
