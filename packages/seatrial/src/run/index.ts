// A run as a whole: the plan made of configuration, and its being carried out through the other domains.
export { type AppliedRun, applyRun } from "./apply.ts";
export type { PushCache, PushImages, RunContext } from "./context.ts";
export { createRunId } from "./id.ts";
export {
  type FoundJournal,
  forgottenAt,
  type JournalEntry,
  openJournal,
  readJournals,
  sweepJournals,
} from "./journal.ts";
export { NETWORK_LABEL, OWNED } from "./labels.ts";
export { listNetworkCache, removeNetworkCache } from "./network.ts";
export { type PlanOptions, planRun, type RunPlan } from "./plan.ts";
export { planOfSuite } from "./required-services.ts";
export { joinRun, openShell, type ShellEnds, type ShellOptions } from "./shell.ts";
export type { NetworkPool } from "./subnets.ts";
export { findLeftovers, type Swept, sweep } from "./sweep.ts";
