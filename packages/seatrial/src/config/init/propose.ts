import { isAbsolute, relative } from "node:path";
import type { DockerfileStage, DockerfileSummary } from "../dockerfile/summary.ts";
import { clearRelease, likelyRelease } from "../dockerfile/targets.ts";
import { appService } from "./app-service.ts";
import { environmentLines } from "./environment-lines.ts";
import type { ConfigFacts } from "./facts.ts";
import { likelyTest } from "./stage-history.ts";
import { databaseOf, knownServices, neededServices, proposeSuites, type SuiteProposal } from "./suites.ts";
import { yamlText } from "./yaml-text.ts";

/** The text of a first `seatrial.yaml`: what the project's files say, and the other common settings as comments. */
export function proposeConfig(facts: ConfigFacts): string {
  const { dockerfile } = facts;
  const test = likelyTest(dockerfile);
  const { release, sure } = releaseStage(dockerfile, test);
  const suites = proposeSuites(facts, { test: test ?? release, release });
  return [
    "# Build the image once, test that very image, ship that very digest: `seatrial run`.",
    "",
    `name: ${yamlText(facts.name)}`,
    "",
    "image:",
    facts.dockerfilePath === "Dockerfile"
      ? "  # dockerfile: Dockerfile"
      : `  dockerfile: ${yamlText(facts.dockerfilePath)}`,
    release.name === undefined && clearRelease(dockerfile) === release
      ? "  # release: release     # the stage that ships; here it is the last one"
      : `  release: ${yamlText(release.key)}${releaseComment(release, sure)}`,
    test?.name === undefined
      ? "  # test: test           # the stage that suites run in; default: the release stage"
      : `  test: ${yamlText(test.name)}`,
    ...contextLines(facts, release),
    '  # args: { VERSION: "1.0" }',
    "  # secrets: { npmrc: { file: ~/.npmrc } }",
    "",
    composeLine(facts),
    "",
    ...suiteLines(suites, facts.root),
    ...appLines(facts, release).map((line) => `${suites.length > 0 ? "  # " : "#   "}${line}`),
    "",
    "# spaces:                  # what each test process has of its own: `spaces: { DATABASE_URL: … }` of a suite",
    `#   ${databaseOf(facts) ?? "postgres"}: { migrations: migrations/*.sql }`,
    "",
    "# services:                # what is different for services of the Compose file",
    `#   ${knownServices(facts)[0] ?? "postgres"}: { deadline: 2m }`,
    "",
    "# check:                   # what must hold for the image that ships",
    "#   user: non-root",
    "#   max-size: 200MB",
    "",
    "# release:",
    `#   repository: registry.example.com/acme/${facts.name}`,
    '#   tags: ["${GIT_TAG:-}", "${GIT_SHA}"]',
    '#   floating: ["${GIT_BRANCH:-}", latest]',
    "#   cache: true            # steps of the build, kept in the registry for engines that start empty",
    "",
  ].join("\n");
}

function releaseComment({ name }: DockerfileStage, sure: boolean): string {
  if (name === undefined) return "   # the last stage, which has no name: what a plain `docker build` makes";
  return sure ? "" : "   # a guess: the stage that ships";
}

function releaseStage(
  dockerfile: DockerfileSummary,
  test: DockerfileStage | undefined,
): { release: DockerfileStage; sure: boolean } {
  const likely = likelyRelease(dockerfile);
  if (likely !== undefined) return { release: likely, sure: true };
  const leaves = dockerfile.stages.filter((stage) => dockerfile.leaves.includes(stage.key));
  const candidates = leaves.filter((stage) => stage !== test && stage.name !== undefined);
  const release = candidates.at(-1) ?? dockerfile.stages.at(-1);
  if (release === undefined) throw new Error("a Dockerfile without stages");
  return { release, sure: candidates.length === 1 };
}

/** As the app's own build has them. */
function contextLines(facts: ConfigFacts, release: DockerfileStage): string[] {
  const written = Object.entries(appService(facts, release)?.build?.contexts ?? {});
  const contexts = written.filter(([, place]) => !place.startsWith("service:"));
  if (contexts.length === 0) return [];
  const lines = contexts.map(([name, place]) => {
    const written = isAbsolute(place) ? relative(facts.root, place) || "." : place;
    return `    ${yamlText(name)}: ${yamlText(written)}`;
  });
  return ["  contexts:", ...lines];
}

function composeLine({ composeFiles }: ConfigFacts): string {
  const [first] = composeFiles;
  return first === undefined ? "# compose: compose.yaml" : `# compose: ${first}   # found by its name`;
}

function suiteLines(suites: readonly SuiteProposal[], root: string): string[] {
  if (suites.length === 0) {
    return [
      "# Nothing here says how the project is tested. For example:",
      "# suites:",
      "#   unit:",
      "#     runner: pytest         # go | pytest | junit | tap | command",
      "#     command: pytest",
    ];
  }
  const names = new Set<string>();
  const lines = suites.flatMap((suite) => {
    let name = suite.name;
    for (let number = 2; names.has(name); number += 1) name = `${suite.name}-${number}`;
    names.add(name);
    const settings = Object.entries(suite.settings).map(([key, value]) => `    ${key}: ${yamlOf(value)}`);
    const environment = suite.like === undefined ? [] : environmentLines(suite.like, root);
    if (environment.length > 0) environment.unshift(`# as the Compose service ${suite.like?.name} has it`);
    return [
      `  # ${suite.reason}`,
      `  ${yamlText(name)}:`,
      ...settings,
      ...environment.map((line) => `    ${line}`),
    ];
  });
  // Without the sign of a comment it becomes a part of the last suite.
  const hasFiles = (suites.at(-1)?.like?.envFiles.length ?? 0) > 0;
  return ["suites:", ...lines, "    # timeout: 10m", ...(hasFiles ? [] : ["    # env_file: [.env.test]"])];
}

function appLines(facts: ConfigFacts, release: DockerfileStage): string[] {
  const [port] = release.ports;
  if (port === undefined) return [];
  const service = appService(facts, release);
  const environment = service === undefined ? [] : environmentLines(service, facts.root);
  const needs = neededServices(facts, release);
  return [
    "api:                     # the release image as a service beside the suite",
    "  runner: pytest",
    "  command: pytest tests/api",
    ...(needs.length > 0 ? [`  needs: ${yamlOf(needs)}`] : []),
    "  app:",
    `    image: ${yamlText(release.name ?? "release")}`,
    `    ports: [${port}]`,
    `    ready: "http://:${port}/"`,
    ...environment.map((line) => `    ${line}`),
  ];
}

function yamlOf(value: string | string[]): string {
  return Array.isArray(value) ? `[${value.map(yamlText).join(", ")}]` : yamlText(value);
}
