import type { DockerfileStage, DockerfileSummary } from "../dockerfile/summary.ts";
import { likelyRelease } from "../dockerfile/targets.ts";
import type { ConfigFacts } from "./facts.ts";
import { likelyTest } from "./stage-history.ts";
import { knownServices, proposeSuites, type SuiteProposal } from "./suites.ts";

/** The text of a first `seatrial.yaml`: what the project's files say, and the other common settings as comments. */
export function proposeConfig(facts: ConfigFacts): string {
  const { dockerfile } = facts;
  const test = likelyTest(dockerfile);
  const { release, sure } = releaseStage(dockerfile, test);
  const suites = proposeSuites(facts, test ?? release);
  return [
    "# Build the image once, test that very image, ship that very digest: `seatrial run`.",
    "",
    `name: ${text(facts.name)}`,
    "",
    "image:",
    facts.dockerfilePath === "Dockerfile"
      ? "  # dockerfile: Dockerfile"
      : `  dockerfile: ${text(facts.dockerfilePath)}`,
    release.name === undefined
      ? "  # release: release     # the stage that ships; here it is the last one"
      : `  release: ${text(release.name)}${sure ? "" : "   # a guess: the stage that ships"}`,
    test?.name === undefined
      ? "  # test: test           # the stage that suites run in; default: the release stage"
      : `  test: ${text(test.name)}`,
    '  # args: { VERSION: "1.0" }',
    "  # secrets: { npmrc: { file: ~/.npmrc } }",
    "",
    composeLine(facts),
    "",
    ...suiteLines(suites),
    ...appLines(release, suites.length > 0 ? "  # " : "#   "),
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
    '#   tags: ["${GIT_SHA}"]',
    '#   floating: ["${GIT_BRANCH}"]',
    "",
  ].join("\n");
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

function composeLine({ composeFiles }: ConfigFacts): string {
  const [first] = composeFiles;
  return first === undefined ? "# compose: compose.yaml" : `# compose: ${first}   # found by its name`;
}

function suiteLines(suites: readonly SuiteProposal[]): string[] {
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
    return [`  # ${suite.reason}`, `  ${text(name)}:`, ...settings];
  });
  return ["suites:", ...lines, "    # timeout: 10m", "    # env_file: [.env.test]"];
}

function appLines(release: DockerfileStage, margin: string): string[] {
  const [port] = release.ports;
  if (port === undefined) return [];
  const lines = [
    "api:                     # the release image as a service beside the suite",
    "  runner: pytest",
    "  command: pytest tests/api",
    `  app: { image: release, ports: [${port}], ready: "http://:${port}/" }`,
  ];
  return lines.map((line) => `${margin}${line}`);
}

function yamlOf(value: string | string[]): string {
  return Array.isArray(value) ? `[${value.map(text).join(", ")}]` : text(value);
}

/** A YAML scalar, quoted unless it is plainly one word of text. Variables are none here. */
function text(value: string): string {
  const plain =
    /^[a-zA-Z/][\w./-]*( [\w./-]+)*$/.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value);
  return plain ? value : JSON.stringify(value.replaceAll("$", "$$$$"));
}
