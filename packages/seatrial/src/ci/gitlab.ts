import {
  BUILD_MINUTES,
  CHECK_MINUTES,
  COVERAGE_MINUTES,
  command,
  HISTORY_OF_LINES,
  HISTORY_OF_TAGS,
  judgeCoverage,
  loginCommand,
  PASSPHRASE_OF_FILE,
  type Pipeline,
  type PipelineSuite,
  RELEASE_MINUTES,
  type Registry,
  resultPaths,
  testMinutes,
  testsReadHistory,
  WITHOUT_KEY,
} from "./pipeline.ts";
import { yamlText } from "./yaml-text.ts";

/** A pipeline for GitLab, with Docker in Docker: `.gitlab-ci.yml`. */
export function gitlabPipeline(pipeline: Pipeline): string {
  const { checks, coverageRules, releases, suites } = pipeline;
  const stages = ["build", "test", ...(coverageRules ? ["coverage"] : []), ...(releases ? ["release"] : [])];
  const { images, builds, runs } = resultPaths(pipeline);
  return [
    `# ${pipeline.project}: build once, test that very image by its digest, release that very digest.`,
    "# Written by `seatrial ci gitlab`, and yours now. What runners need, and variables: docs/guide/gitlab.md of Seatrial.",
    ...keyComment(pipeline),
    `stages: [${stages.join(", ")}]`,
    "",
    "default:",
    `  image: ${yamlText(pipeline.image)}`,
    "  services:",
    "    - name: docker:28-dind",
    "      alias: docker",
    "  before_script:",
    "    # Says what the job has, and waits for the engine and its certificates.",
    `    - ${command(pipeline, "doctor")}`,
    "    # GitLab sets these for its own registry; set them in the project's CI/CD variables for another one.",
    `    - ${loginCommand(pipeline.registry, { user: "CI_REGISTRY_USER", password: "CI_REGISTRY_PASSWORD" })}`,
    "",
    "variables:",
    ...registryVariable(pipeline.registry),
    "  DOCKER_HOST: tcp://docker:2376",
    '  DOCKER_TLS_VERIFY: "1"',
    "  DOCKER_TLS_CERTDIR: /certs",
    "  DOCKER_CERT_PATH: /certs/client",
    "  # The login is this job's alone.",
    "  DOCKER_CONFIG: /tmp/docker-$CI_JOB_ID",
    "",
    "build:",
    "  stage: build",
    `  timeout: ${BUILD_MINUTES}m`,
    "  script:",
    `    - ${command(pipeline, "build --push")}`,
    "  artifacts:",
    "    when: always",
    "    paths:",
    `      - ${images}`,
    "      # What the build recorded: the release holds the list to it.",
    `      - ${builds}`,
    `      - ${runs}/*/logs/`,
    "",
    "# The suites run beside each other, in the image that the build job pushed; nothing is built again.",
    ".test:",
    "  stage: test",
    "  artifacts:",
    "    when: always",
    "    paths:",
    `      - ${runs}/`,
    "    reports:",
    `      junit: ${runs}/*/junit.xml`,
    ...(pipeline.cobertura
      ? [
          "      coverage_report:",
          "        coverage_format: cobertura",
          `        path: ${runs}/*/coverage/cobertura.xml`,
        ]
      : []),
    "",
    ...suites.flatMap((suite) => suiteJob(pipeline, suite)),
    ...(checks
      ? [
          "check:",
          "  extends: .test",
          `  timeout: ${CHECK_MINUTES}m`,
          "  script:",
          `    - ${command(pipeline, `check --images ${images}`)}`,
          "",
        ]
      : []),
    ...(coverageRules ? coverageJob(pipeline) : []),
    ...(releases ? releaseJob(pipeline) : []),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

function suiteJob(pipeline: Pipeline, suite: PipelineSuite): string[] {
  const { name, shards } = suite;
  const shard = shards === 1 ? "" : " --shard $CI_NODE_INDEX/$CI_NODE_TOTAL";
  return [
    `test:${name}:`,
    "  extends: .test",
    `  timeout: ${testMinutes([suite])}m`,
    ...(shards === 1 ? [] : [`  parallel: ${shards}`]),
    ...(testsReadHistory(pipeline) ? wholeHistory(HISTORY_OF_LINES) : []),
    "  script:",
    `    - ${command(pipeline, `test ${name} --images ${resultPaths(pipeline).images}${shard}`)}`,
    "",
  ];
}

function coverageJob(pipeline: Pipeline): string[] {
  return [
    "coverage:",
    "  stage: coverage",
    `  timeout: ${COVERAGE_MINUTES}m`,
    "  # Neither an engine nor a registry is asked.",
    "  services: []",
    "  before_script: []",
    ...(pipeline.changedLines ? wholeHistory(HISTORY_OF_LINES) : []),
    "  script:",
    "    # What the jobs above reached together.",
    `    - ${judgeCoverage(pipeline)}`,
    "  artifacts:",
    "    when: always",
    "    paths:",
    `      - ${resultPaths(pipeline).coverage}/`,
    "",
  ];
}

/** Variables of a job that needs more than the last commits. */
function wholeHistory(why: string): string[] {
  return ["  variables:", `    # ${why}`, '    GIT_DEPTH: "0"'];
}

function releaseJob(pipeline: Pipeline): string[] {
  const { images, runs } = resultPaths(pipeline);
  return [
    "release:",
    "  stage: release",
    "  rules:",
    "    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH || $CI_COMMIT_TAG",
    "  # One at a time; in which order, the resource group's process mode says.",
    "  resource_group: release",
    `  timeout: ${RELEASE_MINUTES}m`,
    ...wholeHistory(HISTORY_OF_TAGS),
    "  script:",
    "    # The jobs above left their results: they are the evidence.",
    `    - ${command(pipeline, `release --images ${images}`)}`,
    "  artifacts:",
    "    when: always",
    "    paths:",
    `      - ${runs}/`,
  ];
}

function keyComment({ key, releases }: Pipeline): string[] {
  if (!releases) return [];
  if (key.kind === "file")
    return [`# SEATRIAL_KEY_PASSPHRASE (masked and protected) is ${PASSPHRASE_OF_FILE}.`];
  return [
    `# ${key.variable} (of type File) holds the key that signs results, SEATRIAL_KEY_PASSPHRASE (masked) its passphrase: protected variables both.`,
    `# ${WITHOUT_KEY[key.kind]}`,
  ];
}

/** GitLab's own variables need no line. */
function registryVariable(registry: Registry): string[] {
  if ("host" in registry || registry.variable.startsWith("CI_")) return [];
  return [
    "  # release.repository of seatrial.yaml is made of it.",
    `  ${registry.variable}: $CI_REGISTRY_IMAGE`,
  ];
}
