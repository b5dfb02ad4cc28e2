import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { githubWorkflow } from "./github.ts";
import { pipelineOf } from "./testing/pipeline.ts";

const read = (facts?: Parameters<typeof pipelineOf>[0]) => parse(githubWorkflow(pipelineOf(facts)));
const commands = (job: { steps: { run?: string }[] }) =>
  job.steps.flatMap(({ run }) => (run?.startsWith("seatrial") ? [run] : []));

describe("a workflow for GitHub", () => {
  it("builds once, and tests what was pushed in a job for each suite and shard", () => {
    const { jobs } = read();
    expect(commands(jobs.build)).toEqual(["seatrial build --push"]);
    expect(jobs.test.needs).toBe("build");
    expect(jobs.test.strategy).toEqual({
      "fail-fast": false,
      matrix: {
        command: ["test unit", "test integration --shard 1/2", "test integration --shard 2/2", "check"],
      },
    });
    expect(commands(jobs.test)).toEqual(["seatrial ${{ matrix.command }} --images .seatrial/images.json"]);
  });

  it("uses GitHub's own actions only, pinned to a major version", () => {
    const text = githubWorkflow(pipelineOf());
    for (const [, action] of text.matchAll(/uses: (\S+)/g)) expect(action).toMatch(/^actions\/[a-z-]+@v\d+$/);
    expect(text.match(/uses:/g)?.length).toBe(9);
  });

  it("keeps results whatever came of a job, hidden folders included, under a name for each job", () => {
    const { jobs } = read({ coverageRules: true });
    const uploads = Object.values<{ steps: { uses?: string }[] }>(jobs).flatMap(({ steps }) =>
      steps.filter(({ uses }) => uses?.startsWith("actions/upload-artifact")),
    );
    expect(uploads).toHaveLength(4);
    for (const upload of uploads)
      expect(upload).toMatchObject({ if: "always()", with: { "include-hidden-files": true } });
    expect(JSON.stringify(jobs.test)).toContain("runs-${{ strategy.job-index }}");
    expect(jobs.coverage.steps.at(-1).with).toMatchObject({ path: ".seatrial/coverage-report/" });
    // A release that failed is told by its events and logs.
    expect(jobs.release.steps.at(-1).with).toMatchObject({ name: "release", path: ".seatrial/runs/" });
  });

  it("hands the build's own record on with the list, so that the release holds the list to it", () => {
    const [upload] = read().jobs.build.steps.slice(-1);
    expect(upload.with.path.trim().split("\n")).toEqual([
      ".seatrial/images.json",
      ".seatrial/runs/*/outcome.json",
      ".seatrial/runs/*/logs/",
    ]);
  });

  it("judges what all suites reach together, on any branch and before a release", () => {
    const { jobs } = read({ coverageRules: true });
    expect(jobs.coverage).toMatchObject({ needs: "test" });
    expect(jobs.coverage).not.toHaveProperty("if");
    expect(commands(jobs.coverage)).toEqual([
      "seatrial coverage report .seatrial/runs --rules --format html",
    ]);
    expect(JSON.stringify(jobs.coverage)).toContain("runs-*");
    expect(jobs.release.needs).toBe("coverage");
    expect(read().jobs).not.toHaveProperty("coverage");
  });

  it("gives the history to the job that judges changed lines, and to no other but the release", () => {
    const deep = (facts: Parameters<typeof pipelineOf>[0]) =>
      Object.entries<{ steps: { with?: object }[] }>(read(facts).jobs).flatMap(([name, { steps }]) =>
        steps.some((step) => JSON.stringify(step.with) === '{"fetch-depth":0}') ? [name] : [],
      );
    expect(deep({ coverageRules: true, changedLines: true })).toEqual(["coverage", "release"]);
    expect(deep({ coverageRules: true })).toEqual(["release"]);
    expect(deep({ changedLines: true })).toEqual(["test", "release"]);
    expect(deep({})).toEqual(["release"]);
  });

  it("may write packages only where it pushes", () => {
    const file = read();
    expect(file.permissions).toEqual({ contents: "read", packages: "read" });
    expect(file.jobs.build.permissions.packages).toBe("write");
    expect(file.jobs.release.permissions.packages).toBe("write");
    expect(file.jobs.test).not.toHaveProperty("permissions");
  });

  it("releases on the default branch or a tag, with the key as a secret of that one step", () => {
    const { jobs } = read({ key: { kind: "env", variable: "SIGNING" } });
    expect(jobs.release.needs).toBe("test");
    expect(jobs.release.if).toContain("default_branch || github.ref_type == 'tag'");
    expect(
      jobs.release.steps.filter((step: object) => JSON.stringify(step).includes("SIGNING")),
    ).toMatchObject([{ run: "seatrial release --images .seatrial/images.json" }]);
    expect(jobs.release.environment).toBe("release");
    for (const name of ["build", "test"]) expect(jobs[name]).not.toHaveProperty("environment");
    expect(read({ releases: false }).jobs).not.toHaveProperty("release");
  });

  it("begins at the repository's root, also for a project in a folder, whose releases wait for each other only", () => {
    const text = githubWorkflow(pipelineOf({ folder: "services/shop", coverageRules: true }));
    const { jobs, name } = parse(text);
    expect(name).toBe("seatrial shop");
    expect(commands(jobs.build)).toEqual(["seatrial --folder services/shop build --push"]);
    expect(commands(jobs.test)).toEqual([
      "seatrial --folder services/shop ${{ matrix.command }} --images services/shop/.seatrial/images.json",
    ]);
    expect(text).not.toMatch(/(?<!services\/shop\/)\.seatrial/);
    expect(jobs.release.concurrency).toBe("release-shop-${{ github.ref }}");
  });

  it.each([
    ["the usual key", undefined, ["SEATRIAL_KEY", "SEATRIAL_KEY_PASSPHRASE"], "none are signed"],
    [
      "a key that the project asks for",
      { kind: "env", variable: "SIGNING" } as const,
      ["SIGNING", "SEATRIAL_KEY_PASSPHRASE"],
      "nothing is released",
    ],
    [
      "a key in a file",
      { kind: "file" } as const,
      ["SEATRIAL_KEY_PASSPHRASE"],
      "the passphrase of the key in",
    ],
  ])("hands %s to the release, its passphrase always, and says what is without it", (_, key, names, said) => {
    const text = githubWorkflow(pipelineOf({ key }));
    const { env } = parse(text).jobs.release.steps.find(({ run }: { run?: string }) =>
      run?.startsWith("seatrial release"),
    );
    expect(env).toEqual(Object.fromEntries(names.map((name) => [name, `\${{ secrets.${name} }}`])));
    expect(text.match(/none are signed|nothing is released|the passphrase of the key in/g)).toEqual([said]);
  });

  it("passes on variables that the release and the build need, but those that GitHub sets", () => {
    const file = read({
      repository: "$PLACE/$GITHUB_REPOSITORY_OWNER/$TEAM/shop",
      variables: ["PLACE", "GITHUB_REPOSITORY_OWNER", "TEAM", "CI", "RUNNER_ARCH"],
      secrets: ["NPM_TOKEN"],
    });
    expect(file.env).toEqual({ PLACE: "${{ vars.PLACE }}", TEAM: "${{ vars.TEAM }}" });
    expect(read({ variables: ["GITHUB_SHA"] })).not.toHaveProperty("env");
    expect(file.jobs.build.env).toEqual({ NPM_TOKEN: "${{ secrets.NPM_TOKEN }}" });
    expect(file.jobs.release).not.toHaveProperty("env");
    expect(JSON.stringify(file.jobs.build)).toContain("${PLACE%%/*}");
  });
});
