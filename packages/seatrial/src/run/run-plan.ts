import type { CheckPlan } from "../check/index.ts";
import type { Change } from "../compose/index.ts";
import type { CoveragePlan } from "../coverage/index.ts";
import type { BuildCache, GivenImage } from "../image/index.ts";
import type { BuildTarget, SpacePlan, SuiteSpec } from "../model/index.ts";
import type { CandidatePlan, ReleasePlan } from "../release/index.ts";
import type { ServicePlan } from "../services/index.ts";
import type { NetworkPool } from "./subnets.ts";

/** Everything that a run will do, as plain data. `--dry-run` prints it. */
export interface RunPlan {
  project: string;
  /** The project's folder, absolute. */
  root: string;
  /** Those that are built. */
  targets: BuildTarget[];
  /** Images of the project's targets that are pulled by digest in place of being built. */
  given: GivenImage[];
  /** The key of the target that ships. */
  release: string;
  /** The key of the target that suites run in by default; it may be the same. */
  test: string;
  /** Variables that secrets of the build come from: the environment may lack those of env files. */
  buildEnvironment: Record<string, string>;
  services: ServicePlan[];
  /** Volumes shared by containers, removed with the run. */
  volumes: string[];
  suites: SuiteSpec[];
  /** Clean places in services that tests can ask for. */
  spaces: SpacePlan[];
  /** The names of those that are made ready before a test asks. */
  earlySpaces: string[];
  /** One-shots of the Compose file that build templates of spaces. */
  steps: ServicePlan[];
  network: NetworkPool;
  /** What is asked of the release image; absent: nothing. */
  check?: CheckPlan | undefined;
  /** What is collected of coverage; absent: nothing. */
  coverage?: CoveragePlan | undefined;
  /** How the run ends, when all has passed; absent: without a release. */
  releasing?: ReleasePlan | undefined;
  /** Where steps of the build are kept for engines that start empty; absent: nowhere. */
  cache?: BuildCache | undefined;
  /** Where what was built is pushed to; absent: nowhere. */
  push?: CandidatePlan | undefined;
  /** What a run does differently from the Compose file. */
  changes: Change[];
  /** Sentences for people: what is likely not meant. */
  warnings: string[];
}
