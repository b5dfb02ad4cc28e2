import {
  BUILD_MINUTES,
  IMAGES,
  type Pipeline,
  RELEASE_MINUTES,
  RUNS,
  testMinutes,
  trials,
} from "./pipeline.ts";

/** A declarative pipeline for Jenkins: `Jenkinsfile`. */
export function jenkinsfile(pipeline: Pipeline): string {
  const { registry, releases, secrets, suites } = pipeline;
  const credentials = secrets.map((name) => `${name} = credentials('${name}')`);
  return [
    `// ${pipeline.project}: build once, test that very image by its digest, release that very digest.`,
    "// Written by `seatrial ci jenkins`, and yours now. Credentials, plugins and agents: docs/guide/jenkins.md of Seatrial.",
    "pipeline {",
    "  agent none",
    "  options { disableConcurrentBuilds() }",
    ...block(2, "environment", [
      "// Name and password for the registry.",
      "REGISTRY_LOGIN = credentials('registry')",
      ...("variable" in registry
        ? [
            `// ${registry.variable}, which release.repository is made of, is a variable of Jenkins or of the folder.`,
          ]
        : []),
      ...credentials,
    ]),
    "  stages {",
    ...stage(4, "build", [
      ...agent(pipeline),
      limit(BUILD_MINUTES),
      ...block(0, "steps", [
        logIn(pipeline),
        "sh 'seatrial build --push'",
        `stash name: 'images', includes: '${IMAGES}'`,
      ]),
      ...afterwards([]),
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
            limit(testMinutes(suites)),
            ...block(0, "steps", [
              "unstash 'images'",
              logIn(pipeline),
              `sh 'seatrial $COMMAND --images ${IMAGES}'`,
            ]),
            ...afterwards([
              `junit testResults: '${RUNS}/*/junit.xml', allowEmptyResults: true`,
              ...(pipeline.cobertura
                ? [
                    `recordCoverage tools: [[parser: 'COBERTURA', pattern: '${RUNS}/*/coverage/cobertura.xml']]`,
                  ]
                : []),
              `stash name: "results of \${COMMAND.replace('/', '-')}", includes: '${RUNS}/**', allowEmpty: true`,
            ]),
          ]),
        ),
      ]),
    ]),
    ...(releases ? stage(4, "release", releaseStage(pipeline)) : []),
    "  }",
    "}",
    "",
  ].join("\n");
}

function releaseStage(pipeline: Pipeline): string[] {
  return [
    ...block(0, "when", [
      "beforeAgent true",
      ...block(0, "anyOf", [`branch ${quoted(pipeline.defaultBranch)}`, "buildingTag()"]),
    ]),
    ...agent(pipeline),
    limit(RELEASE_MINUTES),
    ...(pipeline.key === undefined
      ? []
      : block(0, "environment", [
          "// A secret file: the key that signs results. Without this line none are signed.",
          `${pipeline.key} = credentials('seatrial-key')`,
        ])),
    ...block(0, "steps", [
      "unstash 'images'",
      "// The results of all that was tried are the evidence.",
      ...trials(pipeline).map((command) => `unstash ${quoted(`results of ${command.replace("/", "-")}`)}`),
      logIn(pipeline),
      `sh 'seatrial release --images ${IMAGES}'`,
    ]),
    ...afterwards([]),
  ];
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
  const host = "host" in registry ? registry.host : `"\${${registry.variable}%%/*}"`;
  return `sh 'echo "$REGISTRY_LOGIN_PSW" | docker login --username "$REGISTRY_LOGIN_USR" --password-stdin ${host}'`;
}

function afterwards(always: string[]): string[] {
  return block(0, "post", [
    ...block(0, "always", [...always, `archiveArtifacts artifacts: '${RUNS}/**', allowEmptyArchive: true`]),
    ...block(0, "cleanup", ["deleteDir()"]),
  ]);
}

function limit(minutes: number): string {
  return `options { timeout(time: ${minutes}, unit: 'MINUTES') }`;
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
