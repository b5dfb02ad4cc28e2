export { type CheckContext, type CheckPlan, planChecks, runChecks } from "./check/index.ts";
export { type LoadProjectOptions, loadProject, type Project } from "./config/index.ts";
export type { Engine, EngineCapabilities } from "./engine/index.ts";
export type {
  ImageIdentity,
  Outcome,
  Problem,
  Proof,
  RunEvent,
  ServiceOutcome,
  SuiteOutcome,
  SuiteSpec,
  TestResult,
} from "./model/index.ts";
export type {
  Descriptor,
  Manifest,
  RegistryClient,
  Repository,
  RepositoryName,
} from "./registry/index.ts";
export {
  type AppliedRun,
  applyRun,
  type PlanOptions,
  planRun,
  type RunContext,
  type RunPlan,
} from "./run/index.ts";
export { EXIT, type ExitCode, isToolError, ToolError } from "./support/error.ts";
