import type {
  CheckSettings,
  EntrypointSettings,
  Expectation,
  FileExpectation,
  StructureFile,
} from "../config/index.ts";
import type { BuildSecret } from "../model/index.ts";

/** What will be asked of the release image, as plain data. What is absent or empty is not asked. */
export interface CheckPlan {
  /** The key of the target that ships, or the reference of the image. */
  release: string;
  /** Commands, packages and absolute paths. */
  absent: string[];
  /** Globs of paths; none: the usual files. */
  noSources?: { globs: string[] } | undefined;
  /** `non-root`, a name or a number. */
  user?: string | undefined;
  maxSizeBytes?: number | undefined;
  /** `values` are those that the build was given; `allow` are globs of paths that may look like keys, `allowEmpty` ids of values that may be empty. */
  secrets?: { values: BuildSecret[]; allow: string[]; allowEmpty: string[] } | undefined;
  entrypoint?: EntrypointSettings | undefined;
  /** By absolute path of the image. */
  files: Record<string, FileExpectation>;
  labels: Record<string, Expectation>;
  env: Record<string, Expectation>;
  /** More of it in the project's own layers fails; absent: told, not judged. */
  wasteBytes?: number | undefined;
  /** Files of container-structure-test. */
  structure: StructureFile[];
  /** What the Dockerfile does to make the release image, the first word of each instruction in order: tells own layers from the base's. */
  instructions?: string[] | undefined;
  /** Export the test image too when its layers are not known yet: only then it is told how small it travels. */
  measureTest: boolean;
}

export interface PlanChecksOptions {
  settings: CheckSettings;
  /** The key of the target that ships, or the reference of the image. */
  release: string;
  /** Those that the build of the release image is given. */
  secrets: BuildSecret[];
  /** Of the Dockerfile, from the external base to the release stage. Absent: every layer counts as the project's own. */
  instructions?: string[] | undefined;
  /** Default: no, since engines take seconds to export an image. */
  measureTest?: boolean | undefined;
}

/** Turns the check section into a plan. Nothing is read or asked. */
export function planChecks(options: PlanChecksOptions): CheckPlan {
  const { settings, release, secrets, instructions, measureTest = false } = options;
  return {
    release,
    absent: [...new Set(settings.absent)],
    noSources: settings.noSources.enabled ? { globs: settings.noSources.globs } : undefined,
    user: settings.user,
    maxSizeBytes: settings.maxSizeBytes,
    secrets: settings.secrets.enabled
      ? { values: secrets, allow: settings.secrets.allow, allowEmpty: settings.secrets.allowEmpty }
      : undefined,
    entrypoint: settings.entrypoint,
    files: settings.files,
    labels: settings.labels,
    env: settings.env,
    wasteBytes: settings.wasteBytes,
    structure: settings.structure,
    instructions,
    measureTest,
  };
}
