import { describe, expect, it } from "vitest";
import { resolved } from "../compose/testing/model.ts";
import { loadProject } from "../config/index.ts";
import { makeFolder } from "../config/testing/folder.ts";
import { isToolError } from "../support/error.ts";
import { type PlanOptions, planRun } from "./plan.ts";

const DOCKERFILE =
  "FROM a AS base\nFROM base AS release\nEXPOSE 8000\nFROM base AS test\nFROM base AS tools\n";
const IMAGE = "image: { release: release, test: test }\n";

/** Plans a project with this configuration and these Compose services. */
async function plan(config: string, services?: object, changes: Partial<PlanOptions> = {}) {
  const files: Record<string, string> = {
    Dockerfile: DOCKERFILE,
    "seatrial.yaml": `name: shop\n${IMAGE}${config}`,
  };
  // With something included, the file's outline says nothing of which services there are: the plan has to.
  if (services !== undefined) files["compose.yaml"] = JSON.stringify({ include: ["more.yaml"], services });
  await using folder = await makeFolder(files);
  const project = await loadProject({ environment: folder.environment() });
  return await planRun({
    project,
    compose: services === undefined ? undefined : resolved({ services }),
    only: [],
    cpus: 6,
    environment: {},
    ...changes,
  });
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (error: unknown) => (isToolError(error) ? error.code : String(error)),
  );

const UNIT = "suites:\n  unit: { command: check }\n";

const DIGEST = `sha256:${"a".repeat(64)}`;

describe("given images", () => {
  const release = { target: undefined, reference: `r.example/shop@${DIGEST}` };
  const test = { target: "test", reference: `r.example/shop-test@${DIGEST}` };

  it("are tested in place of being built; one without a name is the one that ships", async () => {
    const { plan: made } = await plan(UNIT, undefined, { given: [release, test] });
    expect(made.targets).toEqual([]);
    expect(made.given).toEqual([{ ...release, target: "release" }, test]);
  });

  it("leave the images of Compose services to be built", async () => {
    const services = { db: { image: "postgres" }, web: { build: "/somewhere" } };
    const config = "suites:\n  unit: { command: check, needs: [web] }\n";
    const { plan: made } = await plan(config, services, { given: [release, test] });
    expect(made.targets.map((target) => target.key)).toEqual(["service:web"]);
  });

  it("must be all that is needed", async () => {
    expect(await codeOf(plan(UNIT, undefined, { given: [release] }))).toBe("IMAGE_NOT_GIVEN");
  });
});

it("the build is given the variables that its secrets come from", async () => {
  const config = `name: shop\nimage: { release: release, test: test, secrets: { npm: { env: TOKEN } } }\n${UNIT}`;
  await using folder = await makeFolder({
    Dockerfile: DOCKERFILE,
    "seatrial.yaml": config,
    ".env": "TOKEN=t0ken\n",
  });
  const project = await loadProject({ environment: folder.environment() });
  const { plan: made, secrets } = await planRun({ project, only: [], cpus: 2, environment: {} });
  expect(made.buildEnvironment).toEqual({ TOKEN: "t0ken" });
  expect(secrets).toContain("t0ken");
});

describe("checks alone", () => {
  const config = `${UNIT}check: { absent: [pytest], entrypoint: { needs: [db] } }\n`;
  const services = { db: { image: "postgres" }, other: { image: "redis" } };
  const only: Partial<PlanOptions> = { checks: true, suites: false };

  it("need no suite, only what the entrypoint needs, and the test image to compare with", async () => {
    const { plan: made } = await plan(config, services, only);
    expect(made.suites).toEqual([]);
    expect(made.services.map(({ spec }) => spec.name)).toEqual(["db"]);
    expect(made.targets.map(({ key }) => key)).toEqual(["release", "test"]);
    expect(made.check).toMatchObject({ release: "release", absent: ["pytest"], measureTest: true });
  });

  it("of a given image need no other one", async () => {
    const given = [{ target: undefined, reference: "shop:1" }];
    const { plan: made } = await plan(config, services, { ...only, given });
    expect([made.targets, made.given]).toEqual([[], [{ target: "release", reference: "shop:1" }]]);
  });

  it("know what the Dockerfile does, and are not there unless they are asked for", async () => {
    expect((await plan(config, services, only)).plan.check?.instructions).toEqual(["EXPOSE"]);
    const beside = await plan(config, services, { checks: true });
    expect(beside.plan.check?.measureTest).toBe(false);
    expect((await plan(config, services)).plan.check).toBeUndefined();
  });
});

describe("infrastructure", () => {
  const services = {
    db: { image: "postgres" },
    cache: { image: "redis" },
    api: { image: "api", depends_on: { cache: { condition: "service_started" } } },
  };
  const needing = "suites:\n  it: { command: check, needs: [db] }\n";
  const of = async (config: string, infrastructure: string[], suites?: boolean) => {
    const { plan: made } = await plan(config, services, { infrastructure, suites });
    return made.services.map(({ spec }) => spec.name);
  };

  it("is what the suites need, what is named with what it depends on, or all", async () => {
    expect(await of(needing, [])).toEqual(["db"]);
    expect(await of(needing, ["api"], false)).toEqual(["cache", "api"]);
    expect(await of(UNIT, [])).toEqual(["db", "cache", "api"]);
  });

  it("is what is active, where neither suites nor names say what it is", async () => {
    const some = { db: { image: "postgres" }, mail: { image: "mail", profiles: ["mail"] } };
    const of = async (profiles: string[]) => {
      const compose = resolved({ services: some }, { profiles });
      const { plan: made } = await plan(UNIT, some, { infrastructure: [], compose });
      return made.services.map(({ spec }) => spec.name);
    };
    expect(await of([])).toEqual(["db"]);
    expect(await of(["mail"])).toEqual(["db", "mail"]);
  });

  it("has spaces although it has no suites", async () => {
    const { plan: made } = await plan(needing, services, { infrastructure: ["db"], suites: false });
    expect(made.spaces.map(({ name }) => name)).toEqual(["db"]);
  });

  it("knows the ports of its services, and how their servers are spoken to", async () => {
    const { plan: made } = await plan(
      needing,
      { db: { image: "postgres", ports: ["8080"] } },
      { infrastructure: [] },
    );
    const [db] = made.services;
    expect(db?.ports).toEqual([5432, 8080]);
    expect(db?.access).toMatchObject({ kind: "postgres", port: 5432, user: "postgres" });
  });
});

describe("one shard", () => {
  it("is of as many as were asked for", async () => {
    const { plan: made } = await plan(UNIT, undefined, { shard: { index: 2, count: 4 } });
    expect(made.suites[0]).toMatchObject({ shards: 4, shard: 2 });
  });
});

describe("the targets that are built", () => {
  it("are those that are named, where any are, and nothing else of the run", async () => {
    const services = { db: { image: "postgres" } };
    const config = "suites:\n  unit: { command: check, needs: [db] }\n";
    const { plan: made } = await plan(config, services, { stages: ["tools"], suites: false });
    expect(made.targets.map(({ key }) => key)).toEqual(["tools"]);
    expect([made.suites, made.services]).toEqual([[], []]);
  });

  it.each([
    ["the release, and what suites run in", UNIT, ["release", "test"]],
    ["each once", `${UNIT}  more: { command: check, target: test }\n`, ["release", "test"]],
    ["a suite's own", "suites:\n  unit: { command: check, target: tools }\n", ["release", "tools"]],
    ["an app's", "suites:\n  api: { command: check, app: { image: tools } }\n", ["release", "test", "tools"]],
    ["the release alone where there are no suites", "", ["release"]],
  ])("are %s", async (_title, config, targets) => {
    const { plan: made } = await plan(config);
    expect(made.targets.map((target) => target.key)).toEqual(targets);
    expect(made.release).toBe("release");
  });

  it("are those of the chosen suites only, beside the release", async () => {
    const config = `${UNIT}  tooled: { command: check, target: tools }\n`;
    const { plan: made } = await plan(config, undefined, { only: ["tooled"] });
    expect(made.targets.map((target) => target.key)).toEqual(["release", "tools"]);
    expect(made.suites.map((suite) => suite.name)).toEqual(["tooled"]);
  });
});

describe("the services that are started", () => {
  const services = {
    db: { image: "postgres:17" },
    cache: { image: "redis:8" },
    migrate: { image: "m", depends_on: { db: { condition: "service_healthy" } } },
    api: { image: "x", depends_on: { migrate: { condition: "service_completed_successfully" } } },
    unused: { image: "never-pulled" },
  };

  it("are those that suites need, with what these depend on, dependencies first", async () => {
    const { plan: made } = await plan("suites:\n  e2e: { command: check, needs: [api] }\n", services);
    expect(made.services.map(({ spec }) => [spec.name, spec.oneShot])).toEqual([
      ["db", false],
      ["migrate", true],
      ["api", false],
    ]);
  });

  it("are none for suites that need none", async () => {
    expect((await plan(UNIT, services)).plan.services).toEqual([]);
  });

  it("are what a suite that is a Compose service depends on; the suite itself is not one of them", async () => {
    const tests = {
      image: "tests:1",
      entrypoint: ["run"],
      command: ["all"],
      user: "app",
      mem_limit: "64m",
      cpus: 2,
      environment: { A: "compose", B: "2" },
      depends_on: ["db"],
    };
    const config = "suites:\n  api: { service: tests, needs: [cache], env: { A: suite }, memory: 128m }\n";
    const { plan: made } = await plan(config, { ...services, tests });
    expect(made.services.map(({ spec }) => spec.name).sort()).toEqual(["cache", "db"]);
    expect(made.suites[0]).toMatchObject({
      image: { kind: "reference", reference: "tests:1" },
      command: ["run", "all"],
      user: "app",
      env: { A: "suite", B: "2" },
      needs: ["cache", "db"],
    });
    // What the suite does not say stays what the service says.
    expect(made.suites[0]?.limits).toMatchObject({ memoryBytes: 128 * 2 ** 20, cpus: 2 });
  });

  it.each([
    ["needs a service", "suites:\n  a: { command: x, needs: [dbb] }\n"],
    ["is a service", "suites:\n  a: { service: tests }\n"],
  ])("cannot be planned when a suite %s that is not there", async (_title, config) => {
    expect(await codeOf(plan(config, services))).toBe("COMPOSE_UNKNOWN_SERVICE");
  });

  it("says where in the file a service is named that is not there", async () => {
    const failing = plan("suites:\n  a: { command: x, needs: [db, dbb] }\n", services);
    await expect(failing).rejects.toMatchObject({
      message: expect.stringMatching(/^seatrial\.yaml:4:\d+: .*has no service dbb\.\n.*needs: \[db, dbb\]/),
      hint: "Did you mean db?",
      exitCode: 2,
    });
  });

  it("are not planned for a suite that does not exist", async () => {
    expect(await codeOf(plan(UNIT, services, { only: ["unti"] }))).toBe("SUITE_UNKNOWN");
  });

  it("take settings by their names; a setting for no service is told", async () => {
    const config =
      "suites:\n  a: { command: x, needs: [db] }\nservices:\n  db: { deadline: 90s }\n  dbb: { durable: true }\n";
    const { plan: made } = await plan(config, services);
    expect(made.services[0]?.spec.readiness.deadline).toBe(90_000);
    expect(made.warnings).toEqual([
      "services.dbb of the configuration has no effect: no active Compose service has that name",
    ]);
  });

  it.each([
    [
      "in a file that is included, and that Compose was not asked for",
      { web: { image: "x" } },
      "needs: [db]",
    ],
    ["that nobody names here", { web: { image: "x" }, db: { image: "x", profiles: ["test"] } }, "needs: []"],
  ])("take none amiss for a service of a profile %s", async (_, services, needs) => {
    const config = `suites:\n  unit: { command: x }\n  api: { command: x, ${needs} }\nservices:\n  db: { deadline: 90s }\n`;
    const compose = resolved({ services: { web: services.web } });
    const { plan: made } = await plan(config, services, { compose, only: ["unit"] });
    expect(made.warnings).toEqual([]);
  });
});

describe("an app under test", () => {
  const services = { db: { image: "postgres:17" } };

  it("is the release image as a service that waits for what its suite needs", async () => {
    const { plan: made } = await plan("suites:\n  api: { command: x, needs: [db], app: {} }\n", services);
    expect(made.suites[0]?.needs).toEqual(["db", "app"]);
    expect(made.services.map(({ spec }) => spec.name)).toEqual(["db", "app"]);
    expect(made.services[1]?.spec).toMatchObject({
      image: { kind: "target", target: "release" },
      dependsOn: [{ service: "db", condition: "healthy" }],
      readiness: { probes: [{ kind: "tcp", port: 8000 }], deadline: 60_000 },
    });
  });

  it.each([
    ["app: { ready: http://:9000/up }", [{ kind: "http", port: 9000, path: "/up", scheme: "http" }]],
    ["app: { ready: started }", []],
    ["app: { ready: redis }", [{ kind: "redis", port: 6379 }]],
    ["app: { ports: [7000, 7001] }", [{ kind: "tcp", port: 7000 }]],
  ])("is ready as it says: %s", async (app, probes) => {
    const { plan: made } = await plan(`suites:\n  api: { command: x, ${app} }\n`);
    expect(made.services[0]?.spec.readiness.probes).toMatchObject(probes);
    expect(made.services[0]?.spec.readiness.probes).toHaveLength(probes.length);
  });

  it("is shared by suites that describe the same one", async () => {
    const { plan: made } = await plan(
      "suites:\n  a: { command: x, app: {} }\n  b: { command: y, app: {} }\n",
    );
    expect(made.services.map(({ spec }) => spec.name)).toEqual(["app"]);
    expect(made.services[0]?.settings).toBe("suites.a.app");
  });

  it.each([
    [
      "another environment",
      "suites:\n  a: { command: x, app: {} }\n  b: { command: y, app: { env: { A: b } } }\n",
    ],
    ["other needs", "suites:\n  a: { command: x, needs: [db], app: {} }\n  b: { command: y, app: {} }\n"],
    ["the name of a service", "suites:\n  a: { command: x, needs: [db], app: { name: db } }\n"],
  ])("cannot share its name with one of %s", async (_title, config) => {
    expect(await codeOf(plan(config, services))).toBe("APP_NAME_TAKEN");
  });
});

describe("a suite's defaults", () => {
  it("come from the project and the engine", async () => {
    const { plan: made } = await plan(UNIT, undefined, { grep: "Checkout" });
    expect(made.suites[0]).toMatchObject({
      name: "unit",
      image: { kind: "target", target: "test" },
      command: ["check"],
      parallel: 6,
      shards: 1,
      timeout: 600_000,
      grep: "Checkout",
      needs: [],
      files: [],
      mounts: [],
    });
    expect(made.network).toEqual({ pool: "10.213.0.0/16", size: 26 });
  });

  it("give way to what the suite says", async () => {
    const { plan: made } = await plan("suites:\n  unit: { binaries: /out, parallel: 2, timeout: 1m }\n");
    expect(made.suites[0]).toMatchObject({ runner: "go", parallel: 2, timeout: 60_000 });
  });
});

it("the values that must not be shown come along", async () => {
  const services = { db: { image: "x", secrets: ["key"] } };
  const compose = resolved({ services, secrets: { key: { environment: "KEY" } } });
  const { secrets } = await plan("suites:\n  a: { command: x, needs: [db] }\n", services, {
    compose,
    environment: { KEY: "very-secret" },
  });
  expect(secrets).toContain("very-secret");
});

it("what a Compose file gives to its services under a secret's name is not shown either", async () => {
  const environment = { API_TOKEN: "tok-12345", PASSWORD: "postgres", MODE: "fast-mode", PIN: "4711" };
  const services = { db: { image: "x", environment } };
  const config = "redact: [PIN]\nsuites:\n  a: { command: x, needs: [db] }\n";
  const { secrets } = await plan(config, services);
  expect(secrets).toEqual(["tok-12345", "4711"]);
});
