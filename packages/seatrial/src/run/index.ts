// A run as a whole: the plan made of configuration, and its being carried out through the other domains.
export { type AppliedRun, applyRun } from "./apply.ts";
export { type MissingSecrets, requireSecrets } from "./build-secrets.ts";
export { stagesWithoutCompose } from "./build-stages.ts";
export type { PushCache, PushImages, RunContext } from "./context.ts";
export { createToolContainers } from "./coverage-tools.ts";
export { findHeldImages } from "./held-images.ts";
export { createRunId } from "./id.ts";
export type { Borrow, BorrowedServices, BorrowOptions } from "./infrastructure/borrowed.ts";
export { claimRoot, findOwners } from "./infrastructure/claim.ts";
export { type ControlDuties, openControl } from "./infrastructure/control.ts";
export { connectOwner, type OwnerClient } from "./infrastructure/control-client.ts";
export { definitionsOf, digestDefinitions, targetsOf } from "./infrastructure/definitions.ts";
export type { DescribedService, Description, NativeDescription } from "./infrastructure/description.ts";
export {
  type Infrastructure,
  type InfrastructureOptions,
  startInfrastructure,
} from "./infrastructure/infrastructure.ts";
export { openNativeDoor } from "./infrastructure/native-door.ts";
export { digestService, planInfrastructure } from "./infrastructure/plan.ts";
export { rewriteEnvironment } from "./infrastructure/rewrite.ts";
export { openRunControl, type RunControl } from "./infrastructure/run-control.ts";
export {
  type FoundJournal,
  forgottenAt,
  type JournalEntry,
  journalFolder,
  openJournal,
  readJournals,
  sweepJournals,
} from "./journal.ts";
export { guestLabel } from "./labels.ts";
export { listNetworkCache, removeNetworkCache } from "./network-cache.ts";
export { networkOf } from "./network-claim.ts";
export { type PlanOptions, planRun } from "./plan.ts";
export { rulesOfAllSuites } from "./plan-coverage.ts";
export { type ProcessRef, processIdentity } from "./process-identity.ts";
export { planOfSuite } from "./required-services.ts";
export type { RunPlan } from "./run-plan.ts";
export { joinRun, openShell, type ShellOptions } from "./shell.ts";
export { openSpaceClient } from "./space-client.ts";
export type { NetworkPool } from "./subnets.ts";
export { findLeftovers, type Swept, sweep } from "./sweep.ts";
export { projectTargets } from "./targets.ts";
export type { ShellEnds } from "./terminal.ts";
export { askedServices, namedServices, projectServices } from "./wanted-services.ts";
