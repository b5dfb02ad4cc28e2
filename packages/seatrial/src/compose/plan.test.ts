import { describe, expect, test } from "vitest";
import { formatChange } from "./change.ts";
import { planServices } from "./plan.ts";
import { planOne, resolved, serviceOf } from "./testing/model.ts";

const image = { image: "x" };
const on = (name: string, condition = "service_started", required = true) => ({
  depends_on: { [name]: { condition, required } },
});

async function namesOf(services: object, wanted: string[], suites: string[] = []) {
  const plan = await planServices({ compose: resolved({ services }), wanted, suites, environment: {} });
  return plan.services.map((service) => service.spec.name);
}

describe("which services are planned", () => {
  const services = {
    web: { ...image, ...on("api") },
    api: { ...image, ...on("db", "service_healthy") },
    db: image,
    mail: { ...image, profiles: ["mail"] },
  };

  test("the wanted ones and what they depend on, dependencies first", async () => {
    expect(await namesOf(services, ["web"])).toEqual(["db", "api", "web"]);
    expect(await namesOf(services, ["db"])).toEqual(["db"]);
    expect(await namesOf(services, ["api", "db", "api"])).toEqual(["db", "api"]);
  });

  test("none when none is wanted", async () => {
    expect(await namesOf(services, [])).toEqual([]);
  });

  test("one whose profile is active nowhere, when it is wanted", async () => {
    expect(await namesOf(services, ["mail"])).toEqual(["mail"]);
  });

  test("an optional dependency only when Compose would start it anyway", async () => {
    const optional = (target: object) => ({
      web: { ...image, ...on("mail", "service_started", false) },
      mail: target,
    });
    expect(await namesOf(optional(image), ["web"])).toEqual(["mail", "web"]);
    expect(await namesOf(optional({ ...image, profiles: ["mail"] }), ["web"])).toEqual(["web"]);
    const model = { services: optional({ ...image, profiles: ["mail"] }) };
    const active = resolved(model, { profiles: ["mail"] });
    const { services: planned } = await planServices({ compose: active, wanted: ["web"], environment: {} });
    expect(planned.map(({ spec }) => spec.name)).toEqual(["mail", "web"]);
  });

  test("a dependency that is not planned is not waited for", async () => {
    const compose = resolved({
      services: {
        web: { ...image, ...on("mail", "service_healthy", false) },
        mail: { ...image, profiles: ["mail"] },
      },
    });
    const plan = await planServices({ compose, wanted: ["web"], environment: {} });
    expect(serviceOf(plan.services, "web").spec.dependsOn).toEqual([]);
  });

  test("an unknown service is refused with the nearest name", async () => {
    const planned = planServices({
      compose: resolved({ services: { postgres: image, redis: image } }),
      wanted: ["postgress"],
      environment: {},
    });
    await expect(planned).toThrowWithCode("COMPOSE_UNKNOWN_SERVICE");
    await expect(planned).rejects.toMatchObject({ hint: "Did you mean postgres?" });
  });

  test("a name that resembles none is answered with the list", async () => {
    const planned = planServices({
      compose: resolved({ services: { postgres: image, redis: image } }),
      wanted: ["kafka"],
      environment: {},
    });
    await expect(planned).rejects.toMatchObject({ hint: "Its services: postgres, redis." });
  });

  test("a cycle is refused and named", async () => {
    const compose = resolved({
      services: { a: { ...image, ...on("b") }, b: { ...image, ...on("c") }, c: { ...image, ...on("a") } },
    });
    const planned = planServices({ compose, wanted: ["b"], environment: {} });
    await expect(planned).toThrowWithCode("COMPOSE_CYCLE");
    await expect(planned).rejects.toMatchObject({ message: expect.stringContaining("a → b → c → a") });
  });
});

describe("dependencies", () => {
  test("keep their conditions", async () => {
    const compose = resolved({
      services: {
        web: {
          ...image,
          depends_on: {
            db: { condition: "service_healthy", required: true },
            cache: { condition: "service_started", required: false },
            migrate: { condition: "service_completed_successfully", required: true, restart: true },
          },
        },
        db: image,
        cache: image,
        migrate: image,
      },
    });
    const plan = await planServices({ compose, wanted: ["web"], environment: {} });
    expect(serviceOf(plan.services, "web").spec.dependsOn).toEqual([
      { service: "db", condition: "healthy", required: true },
      { service: "cache", condition: "started", required: false },
      { service: "migrate", condition: "completed", required: true },
    ]);
  });

  test("make a service a one-shot when anyone awaits its completion, wanted or not", async () => {
    const compose = resolved({
      services: {
        web: { ...image, ...on("migrate", "service_completed_successfully") },
        migrate: image,
        once: { ...image, restart: "no" },
      },
    });
    const plan = await planServices({ compose, wanted: ["migrate", "once"], environment: {} });
    expect(serviceOf(plan.services, "migrate").spec.oneShot).toBe(true);
    expect(serviceOf(plan.services, "once").spec.oneShot).toBe(false);
  });
});

describe("a service as a suite", () => {
  const compose = resolved({
    services: {
      db: image,
      report: { ...image, ...on("api-tests", "service_completed_successfully") },
      "api-tests": {
        build: { context: "/project", target: "tests" },
        command: ["npm", "test"],
        environment: { URL: "http://db" },
        ...on("db", "service_healthy"),
      },
    },
  });

  test("is described apart, and its dependencies are services", async () => {
    const plan = await planServices({ compose, wanted: [], suites: ["api-tests"], environment: {} });
    expect(plan.services.map((service) => service.spec.name)).toEqual(["db"]);
    expect(plan.suites).toMatchObject([
      {
        spec: {
          name: "api-tests",
          image: { kind: "target", target: "service:api-tests" },
          command: ["npm", "test"],
          env: { URL: "http://db" },
          dependsOn: [{ service: "db", condition: "healthy" }],
        },
      },
    ]);
    expect(plan.buildTargets.map((target) => target.key)).toEqual(["service:api-tests"]);
  });

  test("is not waited for by services", async () => {
    const plan = await planServices({ compose, wanted: ["report"], suites: ["api-tests"], environment: {} });
    expect(serviceOf(plan.services, "report").spec.dependsOn).toEqual([]);
  });
});

describe("the image", () => {
  test("is pulled by its policy and platform", async () => {
    const { db } = await planOne({ pull_policy: "if_not_present", platform: "linux/arm64" });
    expect(db.spec.image).toEqual({
      kind: "reference",
      reference: "postgres:17",
      pull: "missing",
      platform: "linux/arm64",
    });
    expect((await planOne({ pull_policy: "never" })).db.spec.image).toMatchObject({ pull: "never" });
  });

  test("with a policy of its own kind is used as the engine holds it, and that is told", async () => {
    const { db, changes } = await planOne({ pull_policy: "weekly" });
    expect(db.spec.image).toMatchObject({ pull: "missing" });
    expect(changes).toMatchObject([{ key: "pull_policy" }]);
  });
});

test("the plan is the same for the same input", async () => {
  const service = { ports: [{ target: 5432, published: "5432" }], restart: "always", container_name: "pg" };
  expect(await planOne(service)).toEqual(await planOne(service));
});

test("a change is told in one line, and the same one once", async () => {
  const data = { type: "volume", source: "data" };
  const { changes } = await planOne({
    volumes: [
      { ...data, target: "/a" },
      { ...data, target: "/b" },
    ],
  });
  expect(changes.map(formatChange)).toEqual([
    "db: volumes: data → new in each run, and removed with it (what one run leaves must not reach the next)",
  ]);
});

describe("one-shots that others run", () => {
  const services = {
    db: image,
    other: image,
    seed: { ...image, ...on("other") },
    migrate: { ...image, ...on("seed", "service_completed_successfully") },
    web: { ...image, ...on("migrate", "service_completed_successfully") },
  };
  const steps = [
    { service: "migrate", worksOn: "db" },
    { service: "seed", worksOn: "db" },
  ];
  const planned = async (wanted: string[]) => {
    const plan = await planServices({ compose: resolved({ services }), wanted, steps, environment: {} });
    return {
      services: plan.services.map(({ spec }) => spec.name),
      steps: plan.steps.map(({ spec }) => [
        spec.name,
        spec.oneShot,
        spec.dependsOn.map((each) => each.service),
      ]),
    };
  };

  test("are described and not started, and what they depend on is", async () => {
    expect(await planned(["db"])).toEqual({
      services: ["db", "other"],
      steps: [
        ["migrate", true, []],
        ["seed", true, ["other"]],
      ],
    });
  });

  test("are started too when a service depends on them", async () => {
    const { services, steps } = await planned(["db", "web"]);
    expect(services).toEqual(["db", "other", "seed", "migrate", "web"]);
    expect(steps.map(([name]) => name)).toEqual(["migrate", "seed"]);
  });

  test("are not there when what they work on is not", async () => {
    expect(await planned(["other"])).toEqual({ services: ["other"], steps: [] });
  });
});
