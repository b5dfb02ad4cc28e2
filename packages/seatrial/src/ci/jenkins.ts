import {
  BUILD_MINUTES,
  COVERAGE_MINUTES,
  command,
  HISTORY_OF_LINES,
  judgeCoverage,
  loginCommand,
  PASSPHRASE_OF_FILE,
  type Pipeline,
  RELEASE_MINUTES,
  resultPaths,
  testMinutes,
  testsReadHistory,
  trials,
  WITHOUT_KEY,
} from "./pipeline.ts";

/** A declarative pipeline for Jenkins: `Jenkinsfile`. */
export function jenkinsfile(pipeline: Pipeline): string {
  const { releases, secrets, suites, variables } = pipeline;
  const { images, builds, runs } = resultPaths(pipeline);
  const credentials = secrets.map((name) => `${name} = credentials('${name}')`);
  return [
    `// ${pipeline.project}: build once, test that very image by its digest, release that very digest.`,
    "// Written by `seatrial ci jenkins`, and yours now. Credentials, plugins and agents: docs/guide/jenkins.md of Seatrial.",
    "pipeline {",
    "  agent none",
    "  options { disableConcurrentBuilds() }",
    ...block(2, "environment", [
      "// The branch that is released. Builds of others begin with the steps that its builds kept.",
      `SEATRIAL_DEFAULT_BRANCH = ${quoted(pipeline.defaultBranch)}`,
      "// Name and password for the registry.",
      "REGISTRY_LOGIN = credentials('registry')",
      ...(variables.length === 0
        ? []
        : [
            "// What the release section of seatrial.yaml is made of, set as variables of Jenkins or of the folder:",
            `// ${variables.join(", ")}.`,
          ]),
      ...credentials,
    ]),
    "  stages {",
    ...stage(4, "build", [
      ...agent(pipeline),
      ...steps(BUILD_MINUTES, [
        logIn(pipeline),
        `sh '${command(pipeline, "build --push")}'`,
        "// The list, and what the build recorded: the release holds one to the other.",
        `stash name: 'images', includes: '${images}, ${builds}'`,
      ]),
      ...afterwards([archive(runs)]),
    ]),
    ...stage(4, "test", [
      "// Beside each other, in the image that the build stage pushed; nothing is built again.",
      ...block(0, "matrix", [
        ...block(
          0,
          "axes",
          block(0, "axis", ["name 'COMMAND'", `values ${trials(pipeline).map(quoted).join(", ")}`]),
        ),
        ...agent(pipeline),
        ...block(
          0,
          "stages",
          stage(0, "command", [
            ...steps(testMinutes(suites), [
              ...(testsReadHistory(pipeline) ? BASE_COMMENT : []),
              "unstash 'images'",
              logIn(pipeline),
              `sh '${command(pipeline, "$COMMAND")} --images ${images}'`,
            ]),
            ...afterwards([
              `junit testResults: '${runs}/*/junit.xml', allowEmptyResults: true`,
              `stash name: "results of \${COMMAND.replace('/', '-')}", includes: '${runs}/**', allowEmpty: true`,
              archive(runs),
            ]),
          ]),
        ),
      ]),
      ...(pipeline.cobertura ? coverageReport(pipeline) : []),
    ]),
    ...(pipeline.coverageRules ? stage(4, "coverage", coverageStage(pipeline)) : []),
    ...(releases ? stage(4, "release", releaseStage(pipeline)) : []),
    "  }",
    "}",
    "",
  ].join("\n");
}

/** Once for all cells: Jenkins puts together only what one step reads. */
function coverageReport(pipeline: Pipeline): string[] {
  const reports = `${resultPaths(pipeline).runs}/*/coverage/cobertura.xml`;
  return block(
    0,
    "post",
    block(
      0,
      "always",
      block(0, "node('')", [
        "// Coverage of all cells, beside the lines of the source.",
        "checkout scm",
        ...trials(pipeline).map(unstash),
        `recordCoverage tools: [[parser: 'COBERTURA', pattern: '${reports}']]`,
        "deleteDir()",
      ]),
    ),
  );
}

function coverageStage(pipeline: Pipeline): string[] {
  return [
    ...agent(pipeline),
    ...steps(COVERAGE_MINUTES, [
      "// What all suites reached together.",
      ...(pipeline.changedLines ? BASE_COMMENT : []),
      ...trials(pipeline).map(unstash),
      `sh '${judgeCoverage(pipeline)}'`,
    ]),
    ...afterwards([archive(resultPaths(pipeline).coverage)]),
  ];
}

function releaseStage(pipeline: Pipeline): string[] {
  return [
    ...block(0, "when", [
      "beforeAgent true",
      ...block(0, "anyOf", [`branch ${quoted(pipeline.defaultBranch)}`, "buildingTag()"]),
    ]),
    ...agent(pipeline),
    ...block(0, "environment", keyCredentials(pipeline)),
    ...steps(RELEASE_MINUTES, [
      "unstash 'images'",
      "// The results of all that was tried are the evidence.",
      ...trials(pipeline).map(unstash),
      logIn(pipeline),
      `sh '${command(pipeline, `release --images ${resultPaths(pipeline).images}`)}'`,
    ]),
    ...afterwards([archive(resultPaths(pipeline).runs)]),
  ];
}

/** Credentials that a pipeline names and Jenkins does not have end it. */
function keyCredentials({ key }: Pipeline): string[] {
  return [
    ...(key.kind === "file"
      ? [`// A secret text: ${PASSPHRASE_OF_FILE}. Remove this environment where it has none.`]
      : [
          `// A secret file and a secret text: the key that signs results, and its passphrase. ${WITHOUT_KEY[key.kind]}`,
          "// Without a passphrase remove its line, without a key this environment: Jenkins takes no empty one.",
          `${key.variable} = credentials('seatrial-key')`,
        ]),
    "SEATRIAL_KEY_PASSPHRASE = credentials('seatrial-key-passphrase')",
  ];
}

/** A clone of Jenkins is whole, but of one branch; no step of a pipeline has the credentials to fetch more. */
const BASE_COMMENT = [
  `// ${HISTORY_OF_LINES} The branch source has to fetch what they are compared with:`,
  "// its behaviour `Specify ref specs`, docs/guide/jenkins.md of Seatrial.",
];

function unstash(trial: string): string {
  return `unstash ${quoted(`results of ${trial.replace("/", "-")}`)}`;
}

/** The home is the container's own, so that the login ends with it. */
function agent({ image }: Pipeline): string[] {
  return block(
    0,
    "agent",
    block(0, "docker", [
      `image ${quoted(image)}`,
      "// 999 is the group of the agent's socket: stat -c %g /var/run/docker.sock",
      "args '--volume /var/run/docker.sock:/var/run/docker.sock --group-add 999 --env HOME=/tmp'",
    ]),
  );
}

function logIn({ registry }: Pipeline): string {
  return `sh '${loginCommand(registry, { user: "REGISTRY_LOGIN_USR", password: "REGISTRY_LOGIN_PSW" })}'`;
}

/** What is done whatever came of a stage; no workspace is left behind. */
function afterwards(always: readonly string[]): string[] {
  return block(0, "post", [...block(0, "always", always), ...block(0, "cleanup", ["deleteDir()"])]);
}

function archive(folder: string): string {
  return `archiveArtifacts artifacts: '${folder}/**', allowEmptyArchive: true`;
}

/** The limit is inside of the steps: among the options of a stage it would count how long an agent is waited for. */
function steps(minutes: number, lines: readonly string[]): string[] {
  return block(0, "steps", block(0, `timeout(time: ${minutes}, unit: 'MINUTES')`, lines));
}

function stage(indent: number, name: string, lines: readonly string[]): string[] {
  return block(indent, `stage('${name}')`, lines);
}

function block(indent: number, name: string, lines: readonly string[]): string[] {
  const space = " ".repeat(indent);
  return [`${space}${name} {`, ...lines.map((line) => `${space}  ${line}`), `${space}}`];
}

function quoted(text: string): string {
  return `'${text}'`;
}
