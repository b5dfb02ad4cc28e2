import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { gitlabPipeline } from "./gitlab.ts";
import { pipelineOf } from "./testing/pipeline.ts";

const read = (facts?: Parameters<typeof pipelineOf>[0]) => parse(gitlabPipeline(pipelineOf(facts)));

describe("a pipeline for GitLab", () => {
  it("builds once, and tests what was pushed in a job for each suite", () => {
    const file = read();
    expect(file.build.script).toEqual(["seatrial build --push"]);
    expect(file["test:unit"].script).toEqual(["seatrial test unit --images .seatrial/images.json"]);
    expect(file["test:unit"]).not.toHaveProperty("parallel");
    expect(file["test:integration"]).toMatchObject({
      parallel: 2,
      timeout: "12m",
      script: [
        "seatrial test integration --images .seatrial/images.json --shard $CI_NODE_INDEX/$CI_NODE_TOTAL",
      ],
    });
    expect(file.check.script).toEqual(["seatrial check --images .seatrial/images.json"]);
  });

  it("releases on the default branch or a tag, after all of it, with the results of all jobs", () => {
    const file = read();
    expect(file.stages).toEqual(["build", "test", "release"]);
    expect(file.release).toMatchObject({
      stage: "release",
      rules: [{ if: "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH || $CI_COMMIT_TAG" }],
      script: ["seatrial release --images .seatrial/images.json"],
    });
    // Without `needs` and `dependencies` a job waits for the stages before it, and gets what their jobs left.
    expect(JSON.stringify(file)).not.toMatch(/"(needs|dependencies)"/);
    expect(file[".test"].artifacts).toMatchObject({
      when: "always",
      paths: [".seatrial/runs/"],
      reports: { junit: ".seatrial/runs/*/junit.xml" },
    });
  });

  it("hands the build's own record on with the list, so that the release holds the list to it", () => {
    expect(read().build.artifacts).toEqual({
      when: "always",
      paths: [".seatrial/images.json", ".seatrial/runs/*/outcome.json", ".seatrial/runs/*/logs/"],
    });
  });

  it("judges what all suites reach together, on any branch and before a release, without an engine", () => {
    const file = read({ coverageRules: true });
    expect(file.stages).toEqual(["build", "test", "coverage", "release"]);
    expect(file.coverage).toMatchObject({
      stage: "coverage",
      services: [],
      before_script: [],
      script: ["seatrial coverage report .seatrial/runs --rules --format html"],
      // The gaps are looked for when it failed.
      artifacts: { when: "always", paths: [".seatrial/coverage-report/"] },
    });
    expect(file.coverage).not.toHaveProperty("rules");
  });

  it("gives the history to the job that judges changed lines, and to no other but the release", () => {
    const deep = (facts: Parameters<typeof pipelineOf>[0]) =>
      Object.entries(read(facts)).flatMap(([name, job]) =>
        (job as { variables?: object }).variables === undefined ? [] : [name],
      );
    const rules = { coverageRules: true, changedLines: true };
    expect(deep(rules)).toEqual(["coverage", "release"]);
    expect(read(rules).coverage.variables).toEqual({ GIT_DEPTH: "0" });
    expect(deep({ coverageRules: true })).toEqual(["release"]);
    const suites = [{ name: "unit", shards: 1, timeout: 600_000 }];
    expect(deep({ suites, changedLines: true })).toEqual(["test:unit", "release"]);
    expect(read({ suites, changedLines: true })["test:unit"].variables).toEqual({ GIT_DEPTH: "0" });
    expect(deep({ suites })).toEqual(["release"]);
  });

  it("begins where GitLab begins, at the repository's root, also for a project in a folder", () => {
    const text = gitlabPipeline(
      pipelineOf({ folder: "services/shop", cobertura: true, coverageRules: true }),
    );
    expect(text.match(/seatrial .*/g)?.filter((line) => !line.startsWith("seatrial ci"))).toEqual([
      "seatrial --folder services/shop doctor",
      "seatrial --folder services/shop build --push",
      "seatrial --folder services/shop test unit --images services/shop/.seatrial/images.json",
      "seatrial --folder services/shop test integration --images services/shop/.seatrial/images.json --shard $CI_NODE_INDEX/$CI_NODE_TOTAL",
      "seatrial --folder services/shop check --images services/shop/.seatrial/images.json",
      "seatrial --folder services/shop coverage report services/shop/.seatrial/runs --rules --format html",
      "seatrial --folder services/shop release --images services/shop/.seatrial/images.json",
    ]);
    expect(text).not.toMatch(/(?<!services\/shop\/)\.seatrial/);
  });

  it("names the key and its passphrase, where there is something to sign", () => {
    const text = gitlabPipeline(pipelineOf({ key: { kind: "env", variable: "SIGNING" } }));
    expect(text).toMatch(/^# SIGNING \(of type File\).* SEATRIAL_KEY_PASSPHRASE \(masked\)/m);
    expect(gitlabPipeline(pipelineOf({ releases: false }))).not.toContain("PASSPHRASE");
    const ofFile = gitlabPipeline(pipelineOf({ key: { kind: "file" } }));
    expect(ofFile).toMatch(/^# SEATRIAL_KEY_PASSPHRASE .* is the passphrase of the key in the file/m);
    expect(ofFile).not.toMatch(/SEATRIAL_KEY\b/);
  });

  it("says that nothing is signed without the usual key, and nothing released without one that the project asks for", () => {
    expect(gitlabPipeline(pipelineOf())).toMatch(/^# Without the key none are signed/m);
    const asked = gitlabPipeline(pipelineOf({ key: { kind: "env", variable: "SIGNING" } }));
    expect(asked).toMatch(/^# Without the key nothing is released/m);
    expect(asked).not.toContain("none are signed");
  });

  it("leaves out what the project has not: checks, tags, coverage for GitLab", () => {
    const file = read({ checks: false, releases: false });
    expect(file).not.toHaveProperty("check");
    expect(file).not.toHaveProperty("release");
    expect(file.stages).toEqual(["build", "test"]);
    expect(JSON.stringify(file)).not.toContain("coverage");
    expect(read({ cobertura: true })[".test"].artifacts.reports.coverage_report).toEqual({
      coverage_format: "cobertura",
      path: ".seatrial/runs/*/coverage/cobertura.xml",
    });
  });

  it("logs in without a password on a command line, into a configuration of the job", () => {
    const file = read();
    // Before the login, for docker reads the engine's certificates even for that.
    expect(file.default.before_script).toEqual([
      "seatrial doctor",
      'printf %s "$CI_REGISTRY_PASSWORD" | docker login --username "$CI_REGISTRY_USER" --password-stdin registry.example.com',
    ]);
    expect(file.variables.DOCKER_CONFIG).toContain("$CI_JOB_ID");
  });

  it.each([
    ["$REGISTRY/shop", { REGISTRY: "$CI_REGISTRY_IMAGE" }],
    ["$CI_REGISTRY_IMAGE/shop", {}],
  ])("gives %s GitLab's own registry, and logs in where it is", (repository, variables) => {
    const file = read({ repository });
    const [variable] = Object.keys({ ...variables, CI_REGISTRY_IMAGE: "" });
    expect(file.default.before_script[1]).toContain(` --password-stdin "\${${variable}%%/*}"`);
    const { DOCKER_HOST, DOCKER_TLS_VERIFY, DOCKER_TLS_CERTDIR, DOCKER_CERT_PATH, DOCKER_CONFIG, ...own } =
      file.variables;
    expect(own).toEqual(variables);
    expect(DOCKER_TLS_VERIFY).toBe("1");
  });

  it("is no other YAML for a suite with a strange name", () => {
    const names = ["true", "1.0", "build", "default", "x"];
    const file = read({ suites: names.map((name) => ({ name, shards: 1, timeout: 1000 })) });
    for (const name of names) expect(file[`test:${name}`].script[0]).toContain(` test ${name} `);
    expect(file.build.stage).toBe("build");
  });
});
