import {
  BUILD_MINUTES,
  COVERAGE_MINUTES,
  command,
  HISTORY_OF_LINES,
  HISTORY_OF_TAGS,
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
import { yamlText } from "./yaml-text.ts";

/** A workflow for GitHub Actions: `.github/workflows/seatrial.yml`. */
export function githubWorkflow(pipeline: Pipeline): string {
  const { image, coverageRules, releases, suites } = pipeline;
  const { results, images, builds, runs } = resultPaths(pipeline);
  const job = (minutes: number) => [
    "    runs-on: ubuntu-latest",
    `    container: ${yamlText(image)}`,
    `    timeout-minutes: ${minutes}`,
  ];
  const logIn = logInStep(pipeline);
  return [
    `# ${pipeline.project}: build once, test that very image by its digest, release that very digest.`,
    "# Written by `seatrial ci github`, and yours now. Variables and secrets: docs/guide/github.md of Seatrial.",
    `name: seatrial${pipeline.folder === undefined ? "" : ` ${pipeline.project}`}`,
    "# Pull requests from forks may not push images, so that only pushes are built.",
    "on: push",
    "permissions: { contents: read, packages: read }",
    "defaults: { run: { shell: bash } }",
    ...workflowVariables(pipeline),
    "",
    "jobs:",
    "  build:",
    ...job(BUILD_MINUTES),
    "    permissions: { contents: read, packages: write }",
    ...secretVariables(pipeline),
    "    steps:",
    ...checkout(),
    ...logIn,
    `      - run: ${command(pipeline, "build --push")}`,
    ...keep("images", [
      "# The list, and what the build recorded: the release holds one to the other.",
      "path: |",
      `  ${images}`,
      `  ${builds}`,
      `  ${runs}/*/logs/`,
    ]),
    "",
    "  # Beside each other, in the image that the build job pushed; nothing is built again.",
    "  test:",
    "    needs: build",
    ...job(testMinutes(suites)),
    ...secretVariables(pipeline),
    "    strategy:",
    "      fail-fast: false",
    "      matrix:",
    "        command:",
    ...trials(pipeline).map((command) => `          - ${yamlText(command)}`),
    "    steps:",
    ...checkout(testsReadHistory(pipeline) ? HISTORY_OF_LINES : undefined),
    "      - uses: actions/download-artifact@v4",
    `        with: { name: images, path: ${results} }`,
    ...logIn,
    `      - run: ${command(pipeline, "${{ matrix.command }}")} --images ${images}`,
    ...keep("runs-${{ strategy.job-index }}", [`path: ${runs}/`]),
    ...(coverageRules ? ["", ...coverageJob(pipeline, job)] : []),
    ...(releases ? ["", ...releaseJob(pipeline, job, logIn)] : []),
    "",
  ].join("\n");
}

function coverageJob(pipeline: Pipeline, job: (minutes: number) => string[]): string[] {
  return [
    "  # What all suites reached together.",
    "  coverage:",
    "    needs: test",
    ...job(COVERAGE_MINUTES),
    "    steps:",
    ...checkout(pipeline.changedLines ? HISTORY_OF_LINES : undefined),
    ...takeRuns(pipeline),
    `      - run: ${judgeCoverage(pipeline)}`,
    ...keep("coverage", [`path: ${resultPaths(pipeline).coverage}/`]),
  ];
}

/** Of one commit, or with the whole history where something needs it. */
function checkout(why?: string): string[] {
  const step = "      - uses: actions/checkout@v4";
  return why === undefined ? [step] : [`      # ${why}`, step, "        with: { fetch-depth: 0 }"];
}

/** Keeps what a job left, whatever came of it. */
function keep(name: string, path: readonly string[]): string[] {
  return [
    "      - uses: actions/upload-artifact@v4",
    "        if: always()",
    "        with:",
    `          name: ${name}`,
    "          include-hidden-files: true",
    ...path.map((line) => `          ${line}`),
  ];
}

/** The results of all jobs of the matrix. */
function takeRuns(pipeline: Pipeline): string[] {
  return [
    "      - uses: actions/download-artifact@v4",
    `        with: { pattern: runs-*, path: ${resultPaths(pipeline).runs}, merge-multiple: true }`,
  ];
}

function releaseJob(pipeline: Pipeline, job: (minutes: number) => string[], logIn: string[]): string[] {
  const { results, images, runs } = resultPaths(pipeline);
  return [
    "  release:",
    `    needs: ${pipeline.coverageRules ? "coverage" : "test"}`,
    "    if: github.ref_name == github.event.repository.default_branch || github.ref_type == 'tag'",
    "    # One at a time for each branch or tag; of those that wait, GitHub keeps the newest.",
    `    concurrency: release-${pipeline.project}-\${{ github.ref }}`,
    "    # Who may release, and the secrets for it, are settings of this environment.",
    "    environment: release",
    ...job(RELEASE_MINUTES),
    "    permissions: { contents: read, packages: write }",
    "    steps:",
    ...checkout(HISTORY_OF_TAGS),
    "      - uses: actions/download-artifact@v4",
    `        with: { name: images, path: ${results} }`,
    "      # The results of all jobs above are the evidence.",
    ...takeRuns(pipeline),
    ...logIn,
    `      - run: ${command(pipeline, `release --images ${images}`)}`,
    "        env:",
    ...keyVariables(pipeline),
    ...keep("release", [`path: ${runs}/`]),
  ];
}

/** A secret that nobody set is an empty text, which counts as none. */
function keyVariables({ key }: Pipeline): string[] {
  const secret = (name: string) => `          ${name}: \${{ secrets.${name} }}`;
  return [
    ...(key.kind === "file"
      ? [`          # It is ${PASSPHRASE_OF_FILE}.`]
      : [
          `          # The key that signs results, and its passphrase. ${WITHOUT_KEY[key.kind]}`,
          secret(key.variable),
        ]),
    secret("SEATRIAL_KEY_PASSPHRASE"),
  ];
}

function logInStep({ registry }: Pipeline): string[] {
  return [
    `      - run: ${loginCommand(registry, { user: "REGISTRY_USER", password: "REGISTRY_PASSWORD" })}`,
    "        env:",
    "          REGISTRY_USER: ${{ secrets.REGISTRY_USER || github.actor }}",
    "          REGISTRY_PASSWORD: ${{ secrets.REGISTRY_PASSWORD || github.token }}",
  ];
}

/** GitHub gives no variable to a job by itself but its own. */
function workflowVariables({ registry, variables }: Pipeline): string[] {
  const asked = variables.filter((name) => !/^(CI$|GITHUB_|RUNNER_)/.test(name));
  if (asked.length === 0) return [];
  const such = "variable" in registry ? `, ${registry.variable} such as ghcr.io/acme` : "";
  return [
    `# What the release section of seatrial.yaml is made of: variables of the repository${such}.`,
    "env:",
    ...asked.map((name) => `  ${name}: \${{ vars.${name} }}`),
  ];
}

function secretVariables({ secrets }: Pipeline): string[] {
  if (secrets.length === 0) return [];
  return ["    env:", ...secrets.map((name) => `      ${name}: \${{ secrets.${name} }}`)];
}
