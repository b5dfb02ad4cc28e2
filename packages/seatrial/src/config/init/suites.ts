import type { OutlineService } from "../compose-outline.ts";
import { type DockerfileStage, findStage } from "../dockerfile/summary.ts";
import { isTestService } from "../guess-suites.ts";
import { appService } from "./app-service.ts";
import type { ConfigFacts } from "./facts.ts";
import { ancestors, folderOf, history, isFrom, placeIn } from "./stage-history.ts";

/** A suite that the project seems to have. */
export interface SuiteProposal {
  name: string;
  /** Why we think so. */
  reason: string;
  settings: Record<string, string | string[]>;
  /** A Compose service whose environment is the suite's too. */
  like?: OutlineService | undefined;
}

const KNOWN_SERVICES =
  /(^|\/)(postgres|postgis|pgvector|timescaledb|mysql|mariadb|percona|redis|valkey|keydb|memcached|mongo|mongodb|rabbitmq|kafka|redpanda|nats|elasticsearch|opensearch|minio|localstack|vault|consul|etcd|clickhouse-server|cassandra)(-\w+)?(:|@|$)/i;

/** Services of the Compose file that are infrastructure, by their image. */
export function knownServices(facts: ConfigFacts): string[] {
  return facts.services
    .filter((service) => service.build === undefined && KNOWN_SERVICES.test(service.image ?? ""))
    .map((service) => service.name);
}

const SQL = /(^|\/)(postgres|postgis|pgvector|timescaledb|mysql|mariadb|percona)(-\w+)?(:|@|$)/i;

/** The first service of the Compose file that is a database for SQL, by its image. */
export function databaseOf({ services }: ConfigFacts): string | undefined {
  return services.find(({ build, image = "" }) => build === undefined && SQL.test(image))?.name;
}

/** What tests of the app need: what it depends on itself (a migration, say), and the infrastructure that there is. */
export function neededServices(facts: ConfigFacts, release: DockerfileStage): string[] {
  const names = new Set(facts.services.map((service) => service.name));
  const own = (appService(facts, release)?.dependsOn ?? []).filter((name) => names.has(name));
  return [...new Set([...knownServices(facts), ...own])];
}

/** The suites that Dockerfile and Compose file speak of, for the stage that suites would run in. */
export function proposeSuites(
  facts: ConfigFacts,
  stages: { test: DockerfileStage; release: DockerfileStage },
): SuiteProposal[] {
  const { test } = stages;
  // What the app finds its services by, its tests find them by.
  const like = appService(facts, stages.release);
  const needs = neededServices(facts, stages.release);
  const services = facts.services.filter((service) => isTestService(service, facts.dockerfile));
  const own = [goSuite, pytestSuite, nodeSuite, mavenSuite, gradleSuite, cargoSuite].flatMap(
    (guess) => guess(facts, test) ?? [],
  );
  return [
    ...own.map((suite) => ({
      ...suite,
      like,
      settings: { ...suite.settings, ...(needs.length > 0 ? { needs } : {}) },
    })),
    ...services.map((service) => ({
      name: service.name,
      reason: `the Compose service ${service.name}, with its command, environment and dependencies`,
      settings: { service: service.name },
    })),
  ];
}

type Guess = (facts: ConfigFacts, test: DockerfileStage) => SuiteProposal | undefined;

const goSuite: Guess = ({ dockerfile }, test) => {
  for (const stage of history(dockerfile, test)) {
    for (const run of stage.runs) {
      if (!/\bgo\s+test\b.*\s-c\b/.test(run)) continue;
      const output = /\s-o[= ]?["']?([^\s"';]+)/.exec(run)?.[1] ?? "";
      const folder = folderOf(output);
      const binaries = folder === undefined ? undefined : placeIn(test, { dockerfile, stage, folder });
      return {
        name: "tests",
        reason: `stage ${stage.key} compiles test binaries`,
        settings: { runner: "go", binaries: binaries ?? folder ?? "/out/tests" },
      };
    }
  }
  // The compiling may be hidden in a script: then a folder of tests that comes from a Go stage gives it away.
  for (const stage of ancestors(dockerfile, test)) {
    for (const { from, sources, target } of stage.copies) {
      const source = from === undefined ? undefined : findStage(dockerfile, from);
      if (source === undefined || !isFrom(source, /(^|\/)golang\b/) || !target.startsWith("/")) continue;
      if (!sources.some((path) => /(^|\/)tests?\/?$/.test(path))) continue;
      const binaries = target.replace(/(.)\/+$/, "$1");
      return {
        name: "tests",
        reason: `stage ${stage.key} has compiled tests`,
        settings: { runner: "go", binaries },
      };
    }
  }
  return undefined;
};

const pytestSuite: Guess = ({ dockerfile, usesPytest }, test) => {
  const stages = history(dockerfile, test);
  const hasPython = ancestors(dockerfile, test).some((stage) => isFrom(stage, /(^|\/)python(:|@|$)/));
  if (!stages.some((stage) => stage.runs.some((run) => /\bpytest\b/.test(run)))) {
    if (!usesPytest || !stages.some((stage) => isFrom(stage, /python|poetry|uv\b/))) return undefined;
  }
  return {
    name: "tests",
    reason: "the project uses pytest",
    // Found as a module too where its own program is not in $PATH; other images may know `python3` only.
    settings: { runner: "pytest", command: hasPython ? "python -m pytest" : "pytest" },
  };
};

const nodeSuite: Guess = ({ dockerfile, testScript }, test) => {
  if (testScript === undefined || !history(dockerfile, test).some((stage) => isFrom(stage, /node|bun/)))
    return undefined;
  const builtIn = /\bnode\b.*--test\b/.test(testScript);
  return {
    name: "tests",
    reason: `package.json: ${testScript.replace(/\s+/g, " ").slice(0, 60)}`,
    settings: builtIn
      ? { runner: "junit", command: ["node", "--test", "--test-reporter=junit"] }
      : { runner: "command", command: ["npm", "test"] },
  };
};

const mavenSuite: Guess = (facts, test) =>
  toolSuite(facts, test, /\bmvnw?\b/, {
    runner: "junit",
    command: ["mvn", "--batch-mode", "--offline", "test"],
    reports: `${test.workingDir ?? "/app"}/target/surefire-reports/*.xml`,
  });

const gradleSuite: Guess = (facts, test) =>
  toolSuite(facts, test, /\bgradlew?\b/, {
    runner: "junit",
    command: ["gradle", "--offline", "test"],
    reports: `${test.workingDir ?? "/app"}/build/test-results/test/*.xml`,
  });

const cargoSuite: Guess = (facts, test) =>
  toolSuite(facts, test, /\bcargo\b/, { runner: "command", command: ["cargo", "test", "--offline"] });

/** A build tool counts only where it is: in the test stage or below, not in a stage that files are copied from. */
function toolSuite(
  { dockerfile }: ConfigFacts,
  test: DockerfileStage,
  tool: RegExp,
  settings: SuiteProposal["settings"],
): SuiteProposal | undefined {
  const present = ancestors(dockerfile, test).some((stage) => stage.runs.some((run) => tool.test(run)));
  return present
    ? {
        name: "tests",
        reason: `stage ${test.key} has ${String(settings["command"]).split(",")[0]}`,
        settings,
      }
    : undefined;
}
