import type { Duration } from "../model/index.ts";
import { ciError } from "./errors.ts";

/** What a pipeline does, as plain data. */
export interface Pipeline {
  project: string;
  /** Where the project is in its repository, such as `services/shop`; absent at the repository's root, where jobs begin. */
  folder?: string | undefined;
  /** The image that the jobs run in. */
  image: string;
  suites: PipelineSuite[];
  /** Whether the release image is checked. */
  checks: boolean;
  /** Whether there are tags to release under. */
  releases: boolean;
  registry: Registry;
  /** What the release section is made of, and neither git nor Seatrial knows. */
  variables: string[];
  /** The branch that is released, and that the builds of others begin with the steps of. */
  defaultBranch: string;
  key: KeyPlace;
  /** Variables that steps of the build read as secrets. */
  secrets: string[];
  /** Whether runs leave a coverage report that the systems show line by line. */
  cobertura: boolean;
  /** Whether there are rules about what all suites reach together, which no job of one suite can judge. */
  coverageRules: boolean;
  /** Whether a rule is about lines that changed, which the history of commits tells. */
  changedLines: boolean;
}

export interface PipelineSuite {
  name: string;
  shards: number;
  timeout: Duration;
}

/** Where jobs log in: a host that the project names, or one that comes with a variable. */
export type Registry = { host: string } | { variable: string };

/** Where the key is that signs what was tested: in the usual variable, or where the project says, and then a release wants it. */
export type KeyPlace = { kind: "usual" | "env"; variable: string } | { kind: "file" };

export interface PipelineFacts extends Omit<Pipeline, "registry" | "key"> {
  /** `release.repository` as written, variables and all. */
  repository: string | undefined;
  key: { kind: "file" } | { kind: "env"; variable: string } | undefined;
}

/** Turns what a project says into a pipeline. Fails with CI_NO_REPOSITORY, CI_NO_SUITES or CI_FOLDER_UNSUITABLE. */
export function planPipeline({ repository, key, ...facts }: PipelineFacts): Pipeline {
  if (repository === undefined) {
    throw ciError({
      code: "CI_NO_REPOSITORY",
      message: `${facts.project} does not say where its images are pushed to, and the jobs of a pipeline share them through a registry.`,
      hint: "Add release.repository to seatrial.yaml, such as registry.example.com/acme/orders. Without a registry, one job that calls `seatrial run` does the whole chain.",
    });
  }
  if (facts.suites.length === 0) {
    throw ciError({
      code: "CI_NO_SUITES",
      message: `${facts.project} has no suites: its pipeline would release what nobody tried.`,
      hint: "Name the suites in seatrial.yaml first; `seatrial init` proposes some.",
    });
  }
  if (facts.folder !== undefined && !/^[\w.@+][\w./@+-]*$/.test(facts.folder)) {
    throw ciError({
      code: "CI_FOLDER_UNSUITABLE",
      message: `A pipeline's shells and patterns read the folder ${facts.folder} as something else.`,
      hint: "Give the folder a name of letters, digits, dots, dashes and underscores.",
    });
  }
  return {
    ...facts,
    registry: registryOf(repository),
    key: key ?? { kind: "usual", variable: "SEATRIAL_KEY" },
  };
}

/** The host of a repository. One that begins with a variable has it there; one without a host is on Docker Hub. */
function registryOf(repository: string): Registry {
  const [, variable] = /^\$\{?([A-Za-z_]\w*)/.exec(repository) ?? [];
  if (variable !== undefined) return { variable };
  const [first = "", ...rest] = repository.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return { host: isHost ? first : "docker.io" };
}

/** The shell's command that logs in; these variables have the name and the password. */
export function loginCommand(registry: Registry, login: { user: string; password: string }): string {
  const [host, guard] =
    "host" in registry
      ? [registry.host, ""]
      : // Without a host docker would show the password to Docker Hub.
        [`"\${${registry.variable}%%/*}"`, `test -n "$${registry.variable}" && `];
  return `${guard}printf %s "$${login.password}" | docker login --username "$${login.user}" --password-stdin ${host}`;
}

/** What a release does without a key in the variable. */
export const WITHOUT_KEY = {
  usual: "Without the key none are signed.",
  env: "Without the key nothing is released: release.key of seatrial.yaml asks for it.",
};

/** What the passphrase is for, where the key itself is no secret of the CI system. */
export const PASSPHRASE_OF_FILE =
  "the passphrase of the key in the file that release.key of seatrial.yaml names";

/** The commands that try what was built, beside each other: each suite, shard by shard, and the checks. */
export function trials(pipeline: Pipeline): string[] {
  const suites = pipeline.suites.flatMap(({ name, shards }) =>
    shards === 1
      ? [`test ${name}`]
      : Array.from({ length: shards }, (_, index) => `test ${name} --shard ${index + 1}/${shards}`),
  );
  return [...suites, ...(pipeline.checks ? ["check"] : [])];
}

/** Minutes after which something hangs. The build fills empty caches. */
export const BUILD_MINUTES = 30;
export const CHECK_MINUTES = 20;
export const COVERAGE_MINUTES = 10;
export const RELEASE_MINUTES = 15;

/** A suite's own limit, and time for pulling images and booting services. */
export function testMinutes(suites: readonly PipelineSuite[]): number {
  return Math.ceil(Math.max(...suites.map(({ timeout }) => timeout)) / 60_000) + 10;
}

/** The command that judges what all suites reached together, from what their jobs left, and writes where the gaps are. */
export function judgeCoverage(pipeline: Pipeline): string {
  return command(pipeline, `coverage report ${resultPaths(pipeline).runs} --rules --format html`);
}

/** Whether jobs of suites need the history of commits: the only job of a project judges by itself which lines changed. */
export function testsReadHistory({ changedLines, coverageRules }: Pipeline): boolean {
  return changedLines && !coverageRules;
}

/** Why a job has the whole history. */
export const HISTORY_OF_LINES = "Which lines changed, the history of commits tells.";
export const HISTORY_OF_TAGS = "Tags that move go forward only, which the history of commits tells.";

/** How a job calls Seatrial. */
export function command({ folder }: Pipeline, words: string): string {
  return folder === undefined ? `seatrial ${words}` : `seatrial --folder ${folder} ${words}`;
}

/**
 * What jobs hand on and keep, as they name it. `builds` is what the build recorded, to which a release holds the list of images;
 * `coverage` is where the report about all suites is.
 */
export function resultPaths({
  folder,
}: Pipeline): Record<"results" | "images" | "builds" | "runs" | "coverage", string> {
  const results = folder === undefined ? ".seatrial" : `${folder}/.seatrial`;
  const runs = `${results}/runs`;
  return {
    results,
    images: `${results}/images.json`,
    builds: `${runs}/*/outcome.json`,
    runs,
    coverage: `${results}/coverage-report`,
  };
}
