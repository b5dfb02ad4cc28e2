// Suites: runs the tests of a suite inside its container, through the agent, and turns what comes out into test events.
// Leaves to others: which image and which services there are, how containers are launched, and where reports go.
export {
  type SuiteContainerOptions,
  suiteContainer,
  suiteEnvironment,
} from "./container.ts";
export type { SuiteErrorCode } from "./errors.ts";
export type { GrantProcess, ProcessGrant } from "./grant.ts";
export { checkSuite, planShards, type ShardPlan, selectSuites, suiteResults } from "./plan.ts";
export { prepareContainer } from "./prepare.ts";
export { processPlace } from "./process-place.ts";
export { redactedResults } from "./redacted-results.ts";
export { type ResultsFolder, resultsFolder } from "./results-folder.ts";
export { type LaunchedShard, runSuite, type SuiteOptions } from "./run.ts";
export { createJunitReader } from "./runners/junit-parser.ts";
export type { Shard } from "./runners/runner.ts";
