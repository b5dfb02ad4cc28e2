// Configuration: finds, reads, checks and completes what the user wrote, and writes a first seatrial.yaml. The only place
// that looks at the environment and at the project's files; it never talks to an engine, and knows only the outline of a
// Compose file, whose real model comes from Compose itself.

export type { DockerfileStage, DockerfileSummary, StageBase, StageCopy } from "./dockerfile/summary.ts";
export { parseDuration } from "./duration.ts";
export type { EnvFile } from "./env-files.ts";
export type { Environment } from "./environment.ts";
export type { ConfigErrorCode } from "./errors.ts";
export { type FindProjectOptions, findProject, type ProjectPlace } from "./find-project.ts";
export { type ConfigFacts, gatherFacts } from "./init/facts.ts";
export { proposeConfig } from "./init/propose.ts";
export { writeConfig } from "./init/write.ts";
export { type LoadProjectOptions, loadProject } from "./load.ts";
export type {
  AppSettings,
  CheckSettings,
  CoverageSettings,
  EntrypointSettings,
  Expectation,
  FileExpectation,
  ImageSettings,
  NetworkSettings,
  Project,
  ProjectConfig,
  ReleaseSettings,
  ServiceSettings,
  SpaceSettings,
  SuiteConfig,
} from "./project.ts";
export { type Preset, parseReady, type ReadyConfig } from "./ready.ts";
export { secretsOf } from "./secrets.ts";
export { parseSize } from "./size.ts";
export { plainSpace } from "./space-settings.ts";
export type {
  CommandTest,
  ContentTest,
  EnvVar,
  ExistenceTest,
  ExpectedValue,
  LicenseTest,
  MetadataTest,
  StructureFile,
} from "./structure/file.ts";
export type { BuiltinLookup } from "./variables.ts";
export { splitWords } from "./words.ts";
