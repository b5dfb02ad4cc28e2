import {
  BUILD_MINUTES,
  COVERAGE_MINUTES,
  command,
  HISTORY_OF_LINES,
  HISTORY_OF_TAGS,
  judgeCoverage,
  type Pipeline,
  RELEASE_MINUTES,
  type Registry,
  resultPaths,
  testMinutes,
  testsReadHistory,
  trials,
} from "./pipeline.ts";
import { yamlText } from "./yaml-text.ts";

/** A workflow for GitHub Actions: `.github/workflows/seatrial.yml`. */
export function githubWorkflow(pipeline: Pipeline): string {
  const { image, registry, coverageRules, releases, suites } = pipeline;
  const { results, images, builds, runs } = resultPaths(pipeline);
  const job = (minutes: number) => [
    "    runs-on: ubuntu-latest",
    `    container: ${yamlText(image)}`,
    `    timeout-minutes: ${minutes}`,
  ];
  const logIn = logInStep(registry);
  return [
    `# ${pipeline.project}: build once, test that very image by its digest, release that very digest.`,
    "# Written by `seatrial ci github`, and yours now. Variables and secrets: docs/guide/github.md of Seatrial.",
    `name: seatrial${pipeline.folder === undefined ? "" : ` ${pipeline.project}`}`,
    "# Pull requests from forks may not push images, so that only pushes are built.",
    "on: push",
    "permissions: { contents: read, packages: read }",
    "defaults: { run: { shell: bash } }",
    ...workflowVariables(registry),
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
    // biome-ignore lint/suspicious/noTemplateCurlyInString: GitHub's own expression.
    `      - run: ${command(pipeline, "${{ matrix.command }}")} --images ${images}`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: GitHub's own expression.
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
    ...(pipeline.key === undefined
      ? []
      : [
          "        env:",
          "          # The key that signs results; without it none are signed.",
          `          ${pipeline.key}: \${{ secrets.${pipeline.key} }}`,
          "          SEATRIAL_KEY_PASSPHRASE: ${{ secrets.SEATRIAL_KEY_PASSPHRASE }}",
        ]),
    ...keep("release", [`path: ${runs}/`]),
  ];
}

function logInStep(registry: Registry): string[] {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own expansion.
  const host = "host" in registry ? registry.host : `"\${${registry.variable}%%/*}"`;
  return [
    `      - run: printf %s "$REGISTRY_PASSWORD" | docker login --username "$REGISTRY_USER" --password-stdin ${host}`,
    "        env:",
    "          REGISTRY_USER: ${{ secrets.REGISTRY_USER || github.actor }}",
    "          REGISTRY_PASSWORD: ${{ secrets.REGISTRY_PASSWORD || github.token }}",
  ];
}

function workflowVariables(registry: Registry): string[] {
  if ("host" in registry) return [];
  return [
    "# release.repository of seatrial.yaml is made of it: set it as a variable of the repository, such as ghcr.io/acme.",
    `env: { ${registry.variable}: "\${{ vars.${registry.variable} }}" }`,
  ];
}

function secretVariables({ secrets }: Pipeline): string[] {
  if (secrets.length === 0) return [];
  return ["    env:", ...secrets.map((name) => `      ${name}: \${{ secrets.${name} }}`)];
}
