// What tests reached of a project's source: profiles read, combined by source, reported and judged. Who starts containers, and takes
// profiles out of them, is the run's.
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
export type { PulledUnit } from "./remote/pull/fetch-unit.ts";
export { type PulledUnits, type PullOptions, pullUnits } from "./remote/pull/pull-units.ts";
export type { UnitFile, UnitManifest } from "./units/manifest.ts";
