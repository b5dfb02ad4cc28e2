import {
  BUILD_MINUTES,
  IMAGES,
  type Pipeline,
  RELEASE_MINUTES,
  type Registry,
  RUNS,
  testMinutes,
  trials,
} from "./pipeline.ts";
import { yamlText } from "./yaml-text.ts";

/** A workflow for GitHub Actions: `.github/workflows/seatrial.yml`. */
export function githubWorkflow(pipeline: Pipeline): string {
  const { image, registry, releases, suites } = pipeline;
  const job = (minutes: number) => [
    "    runs-on: ubuntu-latest",
    `    container: ${yamlText(image)}`,
    `    timeout-minutes: ${minutes}`,
  ];
  const logIn = logInStep(registry);
  return [
    `# ${pipeline.project}: build once, test that very image by its digest, release that very digest.`,
    "# Written by `seatrial ci github`, and yours now. Variables and secrets: docs/guide/github.md of Seatrial.",
    "name: seatrial",
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
    "      - uses: actions/checkout@v4",
    ...logIn,
    "      - run: seatrial build --push",
    "      - uses: actions/upload-artifact@v4",
    "        if: always()",
    "        with:",
    "          name: images",
    "          include-hidden-files: true",
    "          path: |",
    `            ${IMAGES}`,
    `            ${RUNS}/*/logs/`,
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
    "      - uses: actions/checkout@v4",
    "      - uses: actions/download-artifact@v4",
    "        with: { name: images, path: .seatrial }",
    ...logIn,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: GitHub's own expression.
    "      - run: seatrial ${{ matrix.command }} --images .seatrial/images.json",
    "      - uses: actions/upload-artifact@v4",
    "        if: always()",
    "        with:",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: GitHub's own expression.
    "          name: runs-${{ strategy.job-index }}",
    "          include-hidden-files: true",
    `          path: ${RUNS}/`,
    ...(releases ? ["", ...releaseJob(pipeline, job, logIn)] : []),
    "",
  ].join("\n");
}

function releaseJob(pipeline: Pipeline, job: (minutes: number) => string[], logIn: string[]): string[] {
  return [
    "  release:",
    "    needs: test",
    "    if: github.ref_name == github.event.repository.default_branch || github.ref_type == 'tag'",
    "    # One at a time for each branch, so that moving tags end at the newest.",
    "    concurrency: release-${{ github.ref }}",
    ...job(RELEASE_MINUTES),
    "    permissions: { contents: read, packages: write }",
    "    steps:",
    "      - uses: actions/checkout@v4",
    "      - uses: actions/download-artifact@v4",
    "        with: { name: images, path: .seatrial }",
    "      # The results of all jobs above are the evidence.",
    "      - uses: actions/download-artifact@v4",
    `        with: { pattern: runs-*, path: ${RUNS}, merge-multiple: true }`,
    ...logIn,
    `      - run: seatrial release --images ${IMAGES}`,
    ...(pipeline.key === undefined
      ? []
      : [
          "        env:",
          "          # The key that signs results; without it none are signed.",
          `          ${pipeline.key}: \${{ secrets.${pipeline.key} }}`,
          "          SEATRIAL_KEY_PASSPHRASE: ${{ secrets.SEATRIAL_KEY_PASSPHRASE }}",
        ]),
    "      - uses: actions/upload-artifact@v4",
    "        if: always()",
    "        with:",
    "          name: release",
    "          include-hidden-files: true",
    `          path: ${RUNS}/*/release.json`,
  ];
}

function logInStep(registry: Registry): string[] {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own expansion.
  const host = "host" in registry ? registry.host : `"\${${registry.variable}%%/*}"`;
  return [
    `      - run: echo "$REGISTRY_PASSWORD" | docker login --username "$REGISTRY_USER" --password-stdin ${host}`,
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
