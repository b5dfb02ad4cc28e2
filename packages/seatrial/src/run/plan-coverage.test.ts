import { describe, expect, it } from "vitest";
import { resolved } from "../compose/testing/model.ts";
import { loadProject } from "../config/index.ts";
import { makeFolder } from "../config/testing/folder.ts";
import { type PlanOptions, planRun } from "./plan.ts";
import { withoutServices } from "./plan-coverage.ts";

const DOCKERFILE = "FROM a AS build\nFROM build AS release\nEXPOSE 8000\nFROM build AS test\n";
const SUITES = `suites:
  unit: { binaries: /out }
  api: { command: check, needs: [worker, db], app: {} }
  plain: { service: postman }
`;
const SERVICES = {
  db: { image: "postgres:17" },
  worker: { build: { context: "/project", target: "release" } },
  odd: { build: { context: "/elsewhere" } },
  postman: { image: "postman:1" },
};

async function planOf(coverage: string, changes: Partial<PlanOptions> = {}, suites = SUITES) {
  const services = JSON.stringify({ include: ["more.yaml"], services: SERVICES });
  await using folder = await makeFolder({
    Dockerfile: DOCKERFILE,
    "compose.yaml": services,
    "seatrial.yaml": `name: shop\nimage: { release: release, test: test }\n${suites}${coverage === "" ? "" : `coverage: ${coverage}\n`}`,
  });
  const project = await loadProject({ environment: folder.environment() });
  const compose = resolved({ services: SERVICES });
  const { plan } = await planRun({
    project,
    compose,
    only: [],
    cpus: 2,
    coverage: true,
    environment: {},
    ...changes,
  });
  return plan;
}

const namesOf = (plan: Awaited<ReturnType<typeof planOf>>) =>
  plan.coverage?.containers.map(({ kind, name, service, source }) => [kind, name, service, source].join(" "));

describe("the plan of coverage", () => {
  it("has suites and services of own images, and an app that counts for its suite", async () => {
    expect(namesOf(await planOf("{}"))).toEqual([
      "suite unit unit unit",
      "suite api api api",
      "service worker worker worker",
      "service app api.app api",
    ]);
  });

  it("lets an app of several suites count for itself", async () => {
    const suites =
      "suites:\n  a: { command: check, app: { name: web } }\n  b: { command: check, app: { name: web } }\n";
    expect(namesOf(await planOf("{}", {}, suites))).toContain("service web web web");
  });

  it("says all of a container as plain data", async () => {
    const plan = await planOf("{ languages: [go, python], reports: [/app/lcov.info] }");
    expect(JSON.parse(JSON.stringify(plan.coverage?.containers[0]))).toEqual({
      kind: "suite",
      name: "unit",
      service: "unit",
      source: "unit",
      mayBeEmpty: false,
      languages: ["go", "python"],
      folder: "/seatrial-coverage",
      env: {
        GOCOVERDIR: "/seatrial-coverage/go",
        COVERAGE_FILE: "/seatrial-coverage/python/.coverage",
      },
      before: { PYTHONPATH: { text: "/seatrial-coverage/.hooks/python", separator: ":" } },
      hooks: ["python"],
      reports: ["/app/lcov.info"],
    });
  });

  it("misses nothing of tests that only ask a program which is measured", async () => {
    const empty = async (coverage: string) =>
      (await planOf(coverage)).coverage?.containers.flatMap((each) =>
        each.mayBeEmpty ? [each.service] : [],
      );
    expect(await empty("{}")).toEqual(["api"]);
    expect(await empty("{ sources: [unit, api, worker] }")).toEqual(["api"]);
    const alone = "suites:\n  api: { command: check, needs: [worker] }\n";
    const { coverage } = await planOf("{ sources: [api] }", {}, alone);
    expect(coverage?.containers[0]).toMatchObject({ service: "api", mayBeEmpty: false });
  });

  it("misses nothing of others, where it is said whose coverage must arrive", async () => {
    const { coverage } = await planOf("{ sources: [unit] }");
    expect(
      coverage?.containers.filter(({ mayBeEmpty }) => !mayBeEmpty).map(({ service }) => service),
    ).toEqual(["unit"]);
  });

  it("misses nothing of a suite whose coverage is that of a program elsewhere", async () => {
    const { coverage } = await planOf("{ sources: [unit, api], elsewhere: [api] }");
    expect(coverage?.rules.expected).toEqual(["unit"]);
    expect(coverage?.containers.filter(({ mayBeEmpty }) => !mayBeEmpty).map(({ source }) => source)).toEqual([
      "unit",
    ]);
  });

  it("is none without the section, with --no-coverage, or without suites, and changes nothing else", async () => {
    const without = await planOf("");
    const off = await planOf("{ llvm: { target: build } }", { coverage: false });
    expect(without.coverage).toBeUndefined();
    expect(off.coverage).toBeUndefined();
    expect(off.targets).toEqual(
      without.targets.map((target) => ({
        ...target,
        context: expect.anything(),
        dockerfile: expect.anything(),
      })),
    );
    expect((await planOf("{}", { suites: false, checks: true })).coverage).toBeUndefined();
  });

  it("builds the stage that has the tools", async () => {
    const plan = await planOf("{ llvm: { binaries: /app/x, target: build } }");
    expect(plan.targets.map(({ key }) => key)).toContain("build");
    expect((await planOf("{}")).targets.map(({ key }) => key)).not.toContain("build");
  });
});

describe("what a run judges", () => {
  const rules =
    "{ elsewhere: staging, sources: [unit, api, staging], minimum: { total: 80, files: { 'a/**': 90 }, sources: { unit: 60, api: 50, staging: 10 }, changed: 95 }, diff: main }";

  it("is all that is asked, but of sources from elsewhere", async () => {
    const plan = await planOf(rules);
    expect(plan.coverage?.rules).toEqual({
      total: 80,
      files: { "a/**": 90 },
      sources: { unit: 60, api: 50 },
      changed: 95,
      base: "main",
      expected: ["unit", "api"],
    });
    expect(plan.coverage?.unjudged).toEqual([]);
  });

  it("is what its suites reach by themselves, when it runs some of them, and a warning says so", async () => {
    const plan = await planOf(rules, { only: ["unit"] });
    expect(plan.coverage?.rules).toEqual({ files: {}, sources: { unit: 60 }, expected: ["unit"] });
    expect(plan.warnings.join()).toContain(
      "coverage of all sources together is not judged: api, plain is not among them",
    );
  });

  it.each<[string, Partial<PlanOptions>]>([
    ["with --grep", { grep: "TestA" }],
    ["for one shard", { shard: { index: 1, count: 2 } }],
  ])("is only what arrives %s", async (_name, changes) => {
    const plan = await planOf(rules, changes);
    expect(plan.coverage?.rules).toEqual({ files: {}, sources: {}, expected: ["unit", "api"] });
    expect(plan.warnings.join()).toContain("only a part of their tests runs");
  });

  it("has no warning where nothing is asked", async () => {
    expect((await planOf("{}", { only: ["unit"] })).warnings.join()).not.toContain("coverage");
  });

  it("is no changed lines where there is no base", async () => {
    const plan = await planOf('{ minimum: { changed: 90, total: 80 }, diff: "" }');
    expect(plan.coverage?.rules).toMatchObject({ total: 80, changed: undefined });
    expect(plan.warnings.join()).toContain("coverage.diff is empty");
  });

  it("is nothing of services that another owner started", async () => {
    const { coverage } = await planOf("{ sources: [unit, worker], minimum: 80 }");
    if (coverage === undefined) throw new Error("coverage is planned");
    const without = withoutServices(coverage, new Set(["worker", "db"]));
    expect(without.containers.map(({ name }) => name)).toEqual(["unit", "api", "app"]);
    expect(without.rules).toEqual({ files: {}, sources: {}, expected: ["unit"] });
    expect(without.unjudged.join()).toContain("worker ran before this run");
    expect(withoutServices(coverage, new Set(["db"]))).toBe(coverage);
  });
});
