import { describe, expect, it } from "vitest";
import { jenkinsfile } from "./jenkins.ts";
import { pipelineOf } from "./testing/pipeline.ts";

const lines = (text: string) => text.split("\n").map((line) => line.trim());

describe("a pipeline for Jenkins", () => {
  const text = jenkinsfile(pipelineOf());

  it("is declarative, and every brace that opens closes", () => {
    expect(text).toMatch(/^(\/\/.*\n)+pipeline \{\n {2}agent none\n/);
    const code = text.replace(/\/\/.*$/gm, "").replace(/'[^']*'|"[^"]*"/g, "''");
    let depth = 0;
    for (const brace of code.match(/[{}]/g) ?? []) {
      depth += brace === "{" ? 1 : -1;
      expect(depth).toBeGreaterThanOrEqual(0);
    }
    expect(depth).toBe(0);
  });

  it("gives each step what Jenkins' validator wants it to be given", () => {
    const all = { cobertura: true, coverageRules: true, changedLines: true, secrets: ["NPM_TOKEN"] };
    for (const facts of [{}, all, { ...all, key: { kind: "file" } as const, repository: "$PLACE/shop" }])
      expect(faultySteps(jenkinsfile(pipelineOf(facts)))).toEqual([]);
    expect(
      faultySteps("stages {\n  node {\n    sh\n    stash includes: 'x'\n  }\n  nobody 'knows'\n}"),
    ).toEqual(["node without label", "sh without script", "stash without name", "nobody is no step"]);
  });

  it("limits what steps take, and not how long they wait for an agent", () => {
    const all = jenkinsfile(pipelineOf({ coverageRules: true }));
    expect(all.match(/options .*/g)).toEqual(["options { disableConcurrentBuilds() }"]);
    expect(all.match(/steps \{\n +timeout\(time: \d+, unit: 'MINUTES'\) \{/g)).toHaveLength(4);
    expect(all.match(/steps \{/g)).toHaveLength(4);
  });

  it("builds once, and tries each suite and shard in a cell of a matrix", () => {
    expect(lines(text)).toContain("sh 'seatrial build --push'");
    expect(lines(text)).toContain(
      "values 'test unit', 'test integration --shard 1/2', 'test integration --shard 2/2', 'check'",
    );
    expect(lines(text)).toContain("sh 'seatrial $COMMAND --images .seatrial/images.json'");
  });

  it("releases with what every cell left, under names that Jenkins takes", () => {
    const taken = [...text.matchAll(/unstash '(results [^']+)'/g)].map(([, name]) => name);
    expect(taken).toEqual([
      "results of test unit",
      "results of test integration --shard 1-2",
      "results of test integration --shard 2-2",
      "results of check",
    ]);
    for (const name of taken) expect(name).not.toMatch(/[?*/\\%!@#$^&|<>[\]:;]/);
    expect(text).toContain("branch 'trunk'");
    expect(lines(text)).toContain("SEATRIAL_KEY = credentials('seatrial-key')");
  });

  it("hands the build's own record on with the list, so that the release holds the list to it", () => {
    expect(lines(text)).toContain(
      "stash name: 'images', includes: '.seatrial/images.json, .seatrial/runs/*/outcome.json'",
    );
  });

  it("judges what all suites reach together, on any branch and before a release", () => {
    const more = jenkinsfile(pipelineOf({ coverageRules: true }));
    const [, stage = ""] = more.split("stage('coverage')");
    const [own = "", release = ""] = stage.split("stage('release')");
    expect(release).not.toBe("");
    expect(own).not.toContain("when {");
    expect(own.match(/unstash 'results of /g)).toHaveLength(4);
    expect(lines(own)).toContain("sh 'seatrial coverage report .seatrial/runs --rules --format html'");
    // The gaps are looked for when it failed.
    const [, always = ""] = own.split("always {");
    expect(lines(always)).toContain(
      "archiveArtifacts artifacts: '.seatrial/coverage-report/**', allowEmptyArchive: true",
    );
    expect(text).not.toContain("stage('coverage')");
  });

  it("says where changed lines are judged that the clone needs more than Jenkins fetches", () => {
    const stagesOf = (facts: Parameters<typeof pipelineOf>[0]) =>
      jenkinsfile(pipelineOf(facts))
        .split(/(?=stage\()/)
        .flatMap((part) => (part.includes("Specify ref specs") ? [part.match(/^stage\('(\w+)'/)?.[1]] : []));
    expect(stagesOf({ coverageRules: true, changedLines: true })).toEqual(["coverage"]);
    expect(stagesOf({ changedLines: true })).toEqual(["command"]);
    expect(stagesOf({ coverageRules: true })).toEqual([]);
  });

  it("tells every build which branch is released, since Jenkins does not", () => {
    const [before = ""] = text.split("stages {");
    expect(lines(before)).toContain("SEATRIAL_DEFAULT_BRANCH = 'trunk'");
  });

  it("signs with a key and its passphrase, and no other stage knows them", () => {
    const [before = "", release = ""] = text.split("stage('release')");
    expect(lines(release)).toContain("SEATRIAL_KEY_PASSPHRASE = credentials('seatrial-key-passphrase')");
    expect(before).not.toContain("SEATRIAL_KEY");
  });

  it.each([
    ["the usual key", undefined, "SEATRIAL_KEY", "none are signed"],
    [
      "a key that the project asks for",
      { kind: "env", variable: "SIGNING" } as const,
      "SIGNING",
      "nothing is released",
    ],
    ["a key in a file", { kind: "file" } as const, undefined, "the passphrase of the key in"],
  ])("hands %s to the release, its passphrase always, and says what is without it", (_, key, name, said) => {
    const [, release = ""] = jenkinsfile(pipelineOf({ key })).split("stage('release')");
    expect(release.match(/\w+ = credentials/g)).toEqual([
      ...(name === undefined ? [] : [`${name} = credentials`]),
      "SEATRIAL_KEY_PASSPHRASE = credentials",
    ]);
    expect(release.match(/none are signed|nothing is released|the passphrase of the key in/g)).toEqual([
      said,
    ]);
  });

  it("names the variables that the release is made of", () => {
    const named = jenkinsfile(pipelineOf({ variables: ["TEAM", "CACHE_REPOSITORY"] }));
    expect(lines(named)).toContain("// TEAM, CACHE_REPOSITORY.");
    expect(text).not.toContain("variables of Jenkins");
  });

  it("hands a password to docker as it is, for the echo of Jenkins' shell would read backslashes in it", () => {
    for (const written of [text, jenkinsfile(pipelineOf({ repository: "$PLACE/shop" }))]) {
      expect(written.match(/printf %s "\$REGISTRY_LOGIN_PSW" \| docker login/g)).toHaveLength(3);
      expect(written).not.toContain("echo");
    }
  });

  it("records the coverage of all cells in one step, after all of them", () => {
    const more = jenkinsfile(pipelineOf({ cobertura: true }));
    expect(more.match(/recordCoverage/g)).toHaveLength(1);
    const all = ["test unit", "test integration --shard 1-2", "test integration --shard 2-2", "check"];
    expect(lines(more.slice(more.indexOf("node('') {"))).slice(1, 8)).toEqual([
      "// Coverage of all cells, beside the lines of the source.",
      "checkout scm",
      ...all.map((name) => `unstash 'results of ${name}'`),
      "recordCoverage tools: [[parser: 'COBERTURA', pattern: '.seatrial/runs/*/coverage/cobertura.xml']]",
    ]);
  });

  it("begins at the repository's root, also for a project in a folder", () => {
    const there = jenkinsfile(pipelineOf({ folder: "services/shop", cobertura: true, coverageRules: true }));
    expect(lines(there)).toContain("sh 'seatrial --folder services/shop build --push'");
    expect(lines(there)).toContain(
      "sh 'seatrial --folder services/shop $COMMAND --images services/shop/.seatrial/images.json'",
    );
    expect(there).not.toMatch(/(?<!services\/shop\/)\.seatrial/);
  });

  it("leaves no workspace behind, so that no job sees results of an earlier build", () => {
    for (const written of [text, jenkinsfile(pipelineOf({ cobertura: true, coverageRules: true }))])
      expect(written.match(/deleteDir\(\)/g)?.length).toBe(written.match(/agent \{|node\('/g)?.length);
  });

  it("leaves out what the project has not", () => {
    const small = jenkinsfile(pipelineOf({ checks: false, releases: false }));
    expect(small).not.toMatch(/'check'|stage\('release'\)|recordCoverage/);
    const more = jenkinsfile(pipelineOf({ cobertura: true, secrets: ["NPM_TOKEN"] }));
    expect(more).toContain("recordCoverage");
    expect(lines(more)).toContain("NPM_TOKEN = credentials('NPM_TOKEN')");
  });
});

/** The parameters without which a step cannot be made, as its constructor has them; a text alone is the first. */
const REQUIRED: Record<string, string[]> = {
  archiveArtifacts: ["artifacts"],
  checkout: ["scm"],
  deleteDir: [],
  junit: ["testResults"],
  node: ["label"],
  recordCoverage: ["tools"],
  sh: ["script"],
  stash: ["name"],
  timeout: ["time"],
  unstash: ["name"],
};

/** What is no step of its own. */
const SECTIONS =
  /^(agent|always|anyOf|args|axes|axis|beforeAgent|branch|buildingTag|cleanup|docker|environment|image|matrix|name|options|pipeline|post|stages?|steps|values|when)\b|^\w+ = |^\}|^\/\/|^$/;

function faultySteps(text: string): string[] {
  return lines(text)
    .filter((line) => !SECTIONS.test(line))
    .flatMap((line) => {
      const [, step = "", given = ""] = /^(\w+)[ (]?(.*)$/.exec(line.replace(/\)? \{$/, "")) ?? [];
      const required = REQUIRED[step];
      if (required === undefined) return [`${step} is no step`];
      const isAlone = given !== "" && !/^\w+: /.test(given);
      return required
        .slice(isAlone ? 1 : 0)
        .filter((name) => !new RegExp(`\\b${name}: `).test(given))
        .map((name) => `${step} without ${name}`);
    });
}
