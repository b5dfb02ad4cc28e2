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

  it("leaves no workspace behind, so that no job sees results of an earlier build", () => {
    expect(text.match(/deleteDir\(\)/g)?.length).toBe(text.match(/agent \{/g)?.length);
  });

  it("leaves out what the project has not", () => {
    const small = jenkinsfile(pipelineOf({ checks: false, releases: false }));
    expect(small).not.toMatch(/'check'|stage\('release'\)|recordCoverage/);
    const more = jenkinsfile(pipelineOf({ cobertura: true, secrets: ["NPM_TOKEN"] }));
    expect(more).toContain("recordCoverage");
    expect(lines(more)).toContain("NPM_TOKEN = credentials('NPM_TOKEN')");
  });
});
