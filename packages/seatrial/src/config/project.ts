import type {
  BuildSecret,
  CoverageFormat,
  CoverageLanguage,
  CoverageRules,
  Duration,
  RunnerKind,
  SpaceIsolation,
  SpaceKind,
  SpacePlan,
  SpaceUse,
} from "../model/index.ts";
import type { ToolError } from "../support/error.ts";
import type { ComposeSecrets } from "./compose-secrets.ts";
import type { DockerfileSummary } from "./dockerfile/summary.ts";
import type { Preset, ReadyConfig } from "./ready.ts";
import type { StructureFile } from "./structure/file.ts";
import type { Path } from "./yaml/tree.ts";

/** What the user wrote, checked, with every default that does not depend on the engine or the Compose model. */
export interface Project {
  /** The project's folder, absolute. Relative paths of the configuration start here. */
  root: string;
  /** Lower-case letters, digits, dashes and underscores. */
  name: string;
  /** `seatrial.yaml`, absolute; absent when the project has none. */
  file?: string | undefined;
  dockerfile: DockerfileSummary;
  /** Absolute; the override file is in it when Compose would take it. Empty without a Compose file. */
  composeFiles: string[];
  /** Files that `env_file` names in place of `.env`, absolute, and only those that are there. Absent: Compose finds its own. */
  envFiles?: string[] | undefined;
  /** Compose profiles that are active. */
  profiles: string[];
  /** By service, the profiles that it needs to be active, as far as the Compose files themselves tell. */
  serviceProfiles: Record<string, string[]>;
  /** Services that are not built, nor is anything that they depend on, as far as the Compose files themselves tell for certain. */
  pulledServices: string[];
  /** The builds that the Compose files give secrets to. */
  composeSecrets: ComposeSecrets;
  config: ProjectConfig;
  suites: SuiteConfig[];
  /** Values that must never be shown. */
  secretValues: string[];
  /** Every variable that the project's files mention, with its value if it had one. */
  usedVariables: Record<string, string | undefined>;
  /** Those that the release section mentions, whether they have a value or not. */
  releaseVariables: string[];
  /** Sentences for people: variables that are not set. */
  warnings: string[];
  /** `seatrial.yaml:7:5` and the line with a caret, of a value of the file; undefined when it is not written there. */
  locate(path: Path): { place: string; frame: string } | undefined;
}

export interface ProjectConfig {
  image: ImageSettings;
  /** By the service's name. */
  services: Record<string, ServiceSettings>;
  /** By the definition's name. */
  spaces: Record<string, SpaceSettings>;
  network: NetworkSettings;
  /** Names of variables whose values are secret. */
  redact: string[];
  coverage?: CoverageSettings | undefined;
  check: CheckSettings;
  release?: ReleaseSettings | undefined;
}

export interface ImageSettings {
  /** Absolute. */
  dockerfile: string;
  /** Absolute. */
  context: string;
  /** Further ones by name: absolute folders, and addresses as written. */
  contexts: Record<string, string>;
  /** The key of a stage of the Dockerfile. */
  release: string;
  /** The key of a stage of the Dockerfile. */
  test: string;
  args: Record<string, string>;
  secrets: BuildSecret[];
  /** The variables that secrets come from. */
  secretEnvironment: Record<string, string>;
  /** Of secrets that are not here: a build of these images fails with the first. */
  missingSecrets: ToolError[];
  platform?: string | undefined;
}

/** A suite as configured. `SuiteSpec` differs: there the app has a readiness, files are named, services are complete. */
export interface SuiteConfig {
  name: string;
  runner: RunnerKind;
  /** The key of the stage it runs in; absent when `service` is the suite. */
  target?: string | undefined;
  /** The Compose service that is the suite. */
  service?: string | undefined;
  /** Absent for go, and where the service's own command counts. */
  command?: string[] | undefined;
  binaries?: string | undefined;
  testdata: Record<string, string>;
  reports?: string | undefined;
  artifacts: string[];
  /** As written, without the dependencies of these services. */
  needs: string[];
  /** env_file and env together. */
  env: Record<string, string>;
  /** By variable. */
  spaces: Record<string, SpaceUse>;
  shards: number;
  /** Absent: one for each CPU of the engine. */
  parallel?: number | undefined;
  timeout: Duration;
  allowEmpty: boolean;
  app?: AppSettings | undefined;
  workingDir?: string | undefined;
  user?: string | undefined;
  limits: { memoryBytes?: number | undefined; cpus?: number | undefined };
}

export interface AppSettings {
  name: string;
  /** The key of a stage of the Dockerfile. */
  target: string;
  /** As written, else the ports that the stage exposes in the Dockerfile; may be empty. */
  ports: number[];
  /** Absent: the first port accepts. */
  ready?: ReadyConfig | undefined;
  deadline: Duration;
  env: Record<string, string>;
  command?: string[] | undefined;
}

/** A definition of spaces as configured; the service tells what is left out. Files of its steps are found, and images are stages. */
export interface SpaceSettings extends Omit<SpacePlan, "name" | "kind" | "isolation"> {
  /** Absent: told from the service. */
  kind?: SpaceKind | undefined;
  /** Absent: the kind's first. */
  isolation?: SpaceIsolation | undefined;
}

export interface ServiceSettings {
  ready?: ReadyConfig | undefined;
  preset?: Preset | "none" | undefined;
  durable: boolean;
  snapshot: boolean;
  deadline?: Duration | undefined;
}

export interface NetworkSettings {
  /** CIDR. */
  pool: string;
  /** The prefix length of one run's network. */
  size: number;
}

export interface CoverageSettings {
  /** What is asked of all sources together, those from elsewhere too. */
  rules: CoverageRules;
  /** Sources that a run does not have. */
  elsewhere: string[];
  languages: CoverageLanguage[];
  formats: CoverageFormat[];
  include: string[];
  exclude: string[];
  /** By prefix in profiles: a path of the project. */
  paths: Record<string, string>;
  /** Absolute paths in containers. */
  reports: string[];
  llvm?: LlvmSettings | undefined;
  java?: JavaSettings | undefined;
}

export interface LlvmSettings {
  /** Absolute paths in the image. */
  binaries: string[];
  /** The key of a stage of the Dockerfile; absent: the image itself. */
  target?: string | undefined;
}

/** Paths are absolute and of the image. */
export interface JavaSettings {
  agent: string;
  cli: string;
  classes: string[];
  sources: string[];
  /** The key of a stage of the Dockerfile; absent: the image itself. */
  target?: string | undefined;
}

/** What must hold for the release image. */
export interface CheckSettings {
  /** Commands and packages. */
  absent: string[];
  noSources: { enabled: boolean; globs: string[] };
  /** `non-root`, a name or a number. */
  user?: string | undefined;
  maxSizeBytes?: number | undefined;
  /** Allowed are globs of paths that may look like keys, and ids of build secrets that may be empty. */
  secrets: { enabled: boolean; allow: string[]; allowEmpty: string[] };
  entrypoint?: EntrypointSettings | undefined;
  /** By absolute path of the image. */
  files: Record<string, FileExpectation>;
  labels: Record<string, Expectation>;
  env: Record<string, Expectation>;
  /** More of it in the project's own layers fails; absent: told, not judged. */
  wasteBytes?: number | undefined;
  /** Files of container-structure-test. */
  structure: StructureFile[];
}

export interface EntrypointSettings {
  ready?: ReadyConfig | undefined;
  ports: number[];
  /** It is a command that ends with this code. */
  exit?: number | undefined;
  deadline: Duration;
  command?: string[] | undefined;
  env: Record<string, string>;
  needs: string[];
}

export interface FileExpectation {
  present: boolean;
  mode?: number | undefined;
  uid?: number | undefined;
  gid?: number | undefined;
  executable?: boolean | undefined;
}

export type Expectation =
  | { kind: "present" }
  | { kind: "absent" }
  | { kind: "equals"; value: string }
  /** The whole value. */
  | { kind: "matches"; pattern: string };

export interface ReleaseSettings {
  /** May be empty, where a variable was not set. */
  repository?: string | undefined;
  /** May hold empty texts, where a variable was not set. */
  tags: string[];
  floating: string[];
  /** A repository, perhaps with a tag. */
  candidate?: string | undefined;
  /** Where the signing key is; it is read when something is signed. */
  key?: { kind: "file"; path: string } | { kind: "env"; variable: string } | undefined;
  /** Registry hosts with which plain HTTP, and certificates that nobody vouches for, are fine. true: that of the repository. */
  insecure: boolean | string[];
  /** True: in the repository of the release; text: in this one. */
  cache: boolean | string;
  allowSibling: boolean;
  allowDirty: boolean;
  /** Floating tags move also to an image of an older commit, or of another branch. */
  allowBackwards: boolean;
}
