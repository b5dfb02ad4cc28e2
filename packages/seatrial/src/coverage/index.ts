// What tests reached of a project's source: profiles read, combined by source, reported and judged. Who starts containers is the
// run's; taking profiles out of them is in `collect/`.
export {
  type Collector,
  type CollectorOptions,
  type ContainerCollector,
  createCollector,
} from "./collect/collector.ts";
export type { ProgramEnd } from "./collect/program-end.ts";
export type { ToolAgents, ToolContainer } from "./collect/tool-agents.ts";
export type {
  BranchCoverage,
  Coverage,
  FileCoverage,
  FunctionCoverage,
  LineCoverage,
  Profile,
  SourceRange,
  StatementCoverage,
} from "./data.ts";
export { describeCoverage } from "./describe.ts";
export { type CoverageDiff, diffCoverage } from "./diff-coverage.ts";
export { finishCoverage } from "./finish.ts";
export type { ImageExports, ToolImage } from "./images/tool-image.ts";
export type { Input } from "./inputs/inputs.ts";
export { asksSomething } from "./judge/arrival.ts";
export { judgeRuns, type PartialRun } from "./judge-runs.ts";
export { type Merged, mergeCoverage } from "./merge/merge-coverage.ts";
export { type ContainerCoverage, type CoveragePlan, planContainer } from "./plan.ts";
export type { PulledUnit } from "./remote/pull/fetch-unit.ts";
export { type PulledUnits, type PullOptions, pullUnits } from "./remote/pull/pull-units.ts";
export { type Reported, reportCoverage } from "./report-coverage.ts";
export { formatRanges } from "./uncovered.ts";
export { checkRuns } from "./units/check-runs.ts";
export type { UnitFile, UnitManifest } from "./units/manifest.ts";
