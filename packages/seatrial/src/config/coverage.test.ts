import { describe, expect, it } from "vitest";
import { loadProject } from "./load.ts";
import { failureOf, makeFolder, sentencesOf } from "./testing/folder.ts";

const DOCKERFILE = "FROM debian AS build\nFROM build AS release\n";
const COMPOSE = "services:\n  postgres: { image: postgres }\n  worker: { build: . }\n";
const SUITES =
  "image: { release: release }\nsuites:\n  unit: { command: check }\n  api: { command: check, app: { name: web } }\n";

function filesOf(coverage: string): Record<string, string> {
  return {
    Dockerfile: DOCKERFILE,
    "compose.yaml": COMPOSE,
    "seatrial.yaml": `${SUITES}coverage: ${coverage}\n`,
  };
}

async function settings(coverage: string, env: Record<string, string> = {}) {
  await using folder = await makeFolder(filesOf(coverage));
  return (await loadProject({ environment: folder.environment(env) })).config.coverage;
}

async function complaints(coverage: string) {
  await using folder = await makeFolder(filesOf(coverage));
  const error = await failureOf(loadProject({ environment: folder.environment() }));
  return { code: error.code, sentences: sentencesOf(error).join("\n") };
}

describe("the section coverage", () => {
  it("is collected and asks for nothing where it says nothing", async () => {
    expect(await settings("{}")).toEqual({
      rules: { total: undefined, files: {}, sources: {}, changed: undefined, base: undefined, expected: [] },
      elsewhere: [],
      languages: ["go", "python", "node", "llvm"],
      formats: ["text"],
      include: [],
      exclude: [],
      paths: {},
      reports: [],
      llvm: undefined,
      java: undefined,
    });
  });

  it("gives a number alone to the total", async () => {
    expect((await settings("{ minimum: 80.5 }"))?.rules).toMatchObject({
      total: 80.5,
      files: {},
      sources: {},
    });
  });

  it("takes rules for the total, files, sources and changed lines", async () => {
    const coverage =
      "{ sources: [unit, worker, web], minimum: { total: 80, files: { 'internal/**': 90 }, sources: { unit: 60 }, changed: 95 }, diff: origin/main }";
    expect((await settings(coverage))?.rules).toEqual({
      total: 80,
      files: { "internal/**": 90 },
      sources: { unit: 60 },
      changed: 95,
      base: "origin/main",
      expected: ["unit", "worker", "web"],
    });
  });

  it("has no base where the variable of it is empty", async () => {
    const coverage = '{ minimum: { changed: 90 }, diff: "${CI_BASE:-}" }';
    expect((await settings(coverage))?.rules).toMatchObject({ changed: 90, base: undefined });
    expect((await settings(coverage, { CI_BASE: "abc" }))?.rules.base).toBe("abc");
  });

  it("has java where JaCoCo is, and tools in a stage of the Dockerfile", async () => {
    const coverage =
      "{ java: { agent: /j/agent.jar, cli: /j/cli.jar, classes: /app/classes, target: build }, llvm: { binaries: /app, target: build } }";
    expect(await settings(coverage)).toMatchObject({
      languages: ["go", "python", "node", "llvm", "java"],
      java: {
        agent: "/j/agent.jar",
        cli: "/j/cli.jar",
        classes: ["/app/classes"],
        sources: [],
        target: "build",
      },
      llvm: { binaries: ["/app"], target: "build" },
    });
  });
});

describe("mistakes in the section coverage", () => {
  it.each([
    ["{ minimum: 101 }", "coverage.minimum: expected a number from 0 to 100, found 101"],
    ["{ minimum: lots }", 'coverage.minimum: expected a number from 0 to 100, found "lots"'],
    ["{ minimum: { total: -1 } }", "coverage.minimum.total: expected a number from 0 to 100, found -1"],
    ["{ minimum: { file: { a: 1 } } }", 'coverage.minimum: unknown key "file"; did you mean "files"?'],
    ["{ minimum: { changed: 90 } }", "changed lines need diff"],
    ["{ formats: [xml] }", "coverage.formats[0]: expected one of text, lcov, cobertura, html, json"],
    ["{ languages: [ruby] }", "expected one of go, python, node, llvm, java"],
    ["{ languages: [java] }", "coverage of java needs the section java"],
    ["{ java: { agent: /a.jar } }", "cli is missing"],
    ["{ reports: lcov.info }", "expected an absolute path of the image"],
    ["{ threshold: 80 }", 'unknown key "threshold"; did you mean "minimum"?'],
    ["{ sources: [unti] }", 'no suite or service "unti"; did you mean "unit"?'],
    ["{ sources: [unit, workers] }", 'did you mean "worker"?'],
    [
      "{ minimum: { sources: { staging: 60 } } }",
      'no suite or service "staging"; expected one of unit, api, postgres, worker, web',
    ],
  ])("%s is told: %s", async (coverage, sentence) => {
    const told = await complaints(coverage);
    expect(told.code).toBe("CONFIG_INVALID");
    expect(told.sentences).toContain(sentence);
  });

  it("are stages that the Dockerfile does not have", async () => {
    const told = await complaints("{ llvm: { binaries: /app, target: biuld } }");
    expect(told.code).toBe("CONFIG_TARGET_UNKNOWN");
    expect(told.sentences).toContain("build");
  });

  it("are no sources of programs that run elsewhere", async () => {
    expect(await settings("{ elsewhere: staging, sources: [unit, staging] }")).toMatchObject({
      elsewhere: ["staging"],
      rules: { expected: ["unit", "staging"] },
    });
  });
});
