import { describe, expect, it } from "vitest";
import { resolved } from "../compose/testing/model.ts";
import { loadProject } from "../config/index.ts";
import { makeFolder } from "../config/testing/folder.ts";
import type { ToolError } from "../support/error.ts";
import { type PlanOptions, planRun } from "./plan.ts";
import { planOfSuite, spacesOf } from "./required-services.ts";

const DOCKERFILE = "FROM a AS base\nFROM base AS release\nFROM base AS test\nFROM base AS tools\n";
const SERVICES = {
  postgres: { image: "postgres:17" },
  redis: { image: "redis:8" },
  queue: { image: "nats:2" },
  store: { build: "/store" },
  mail: { image: "mailhog" },
  setup: { image: "setup" },
  migrate: { image: "migrate", depends_on: { setup: { condition: "service_started", required: true } } },
};

async function plan(config: string, changes: Partial<PlanOptions> = {}) {
  const files = {
    Dockerfile: DOCKERFILE,
    "db/1.sql": "",
    "seatrial.yaml": `name: shop\nimage: { release: release, test: test }\n${config}`,
    "compose.yaml": JSON.stringify({ services: SERVICES }),
  };
  await using folder = await makeFolder(files);
  const project = await loadProject({ environment: folder.environment() });
  const compose = resolved({ services: SERVICES });
  return (await planRun({ project, compose, only: [], cpus: 6, environment: {}, ...changes })).plan;
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: ToolError) => error,
  );
const servicesOf = (made: Awaited<ReturnType<typeof plan>>) => made.services.map(({ spec }) => spec.name);

describe("the spaces of a run", () => {
  it("are one definition for each service of a known kind that a suite needs", async () => {
    const made = await plan("suites: { u: { command: x, needs: [postgres, queue, store, mail] } }\n");
    expect(made.spaces).toMatchObject([
      { name: "postgres", service: "postgres", kind: "postgres", isolation: "database", limit: 64 },
      { name: "queue", service: "queue", kind: "nats", isolation: "process" },
    ]);
    expect(made.earlySpaces).toEqual([]);
    expect(made.suites[0]?.spaces).toBeUndefined();
  });

  it("bring along the services that suites' variables speak of, and are made ready early", async () => {
    const made = await plan(
      "suites: { u: { command: x, spaces: { URL: postgres, HOST: orders.host, C: redis } } }\nspaces: { orders: { service: postgres }, redis: { isolation: prefix, warm: 3 } }\n",
    );
    expect(servicesOf(made)).toEqual(["postgres", "redis"]);
    expect(made.suites[0]).toMatchObject({
      needs: ["postgres", "redis"],
      spaces: { URL: { space: "postgres", part: "url" }, HOST: { space: "orders", part: "host" } },
    });
    expect(made.spaces.map(({ name, service, isolation }) => [name, service, isolation])).toEqual([
      ["orders", "postgres", "database"],
      ["redis", "redis", "prefix"],
      ["postgres", "postgres", "database"],
    ]);
    expect(made.earlySpaces).toEqual(["orders", "redis", "postgres"]);
  });

  it("are none of services that the run does not start, and none without suites", async () => {
    const config = "suites: { u: { command: x, needs: [redis] } }\nspaces: { postgres: { from: app } }\n";
    expect((await plan(config)).spaces.map(({ name }) => name)).toEqual(["redis"]);
    const checks = { checks: true, suites: false };
    expect((await plan(`${config}check: { entrypoint: { needs: [redis] } }\n`, checks)).spaces).toEqual([]);
  });

  it("have the stages of their commands built, and their one-shots described, which are not started for that", async () => {
    const made = await plan(
      "suites: { u: { command: x, spaces: { URL: postgres } } }\nspaces:\n  postgres:\n    migrations: [db/1.sql, { command: up, image: tools }, { service: migrate }]\n",
    );
    expect(made.targets.map(({ key }) => key)).toEqual(["release", "test", "tools"]);
    expect(servicesOf(made)).toEqual(["postgres", "setup"]);
    expect(made.steps).toMatchObject([{ spec: { name: "migrate", oneShot: true } }]);
    expect(made.suites[0]?.needs).toEqual(["postgres", "setup"]);
  });

  it("do not describe one-shots that work on services of no suite", async () => {
    const made = await plan(
      "suites: { u: { command: x, needs: [redis] } }\nspaces: { postgres: { migrations: { service: migrate } } }\n",
    );
    expect([servicesOf(made), made.steps]).toEqual([["redis"], []]);
  });

  it("can be asked for by the suites that need their services, and by no other", async () => {
    const made = await plan(
      "suites:\n  a: { command: x, needs: [postgres] }\n  b: { command: x, spaces: { R: redis } }\n  c: { command: x }\n",
    );
    const names = made.suites.map((suite) => spacesOf(made, suite).map(({ name }) => name));
    expect(names).toEqual([["postgres"], ["redis"], []]);
    const [, second] = made.suites;
    expect(second && planOfSuite(made, second).spaces.map(({ name }) => name)).toEqual(["redis"]);
  });
});

describe("spaces that cannot be", () => {
  it("are those of a service whose kind nothing tells", async () => {
    const definition = await failure(
      plan("suites: { u: { command: x, needs: [store] } }\nspaces: { x: { service: store } }\n"),
    );
    expect(definition).toMatchObject({ code: "SPACE_KIND_UNKNOWN", exitCode: 2 });
    expect(definition?.message).toContain("seatrial.yaml:4:");
    const suite = await failure(plan("suites: { u: { command: x, spaces: { URL: mail } } }\n"));
    expect(suite).toMatchObject({ code: "SPACE_KIND_UNKNOWN" });
    expect(suite?.message).toContain(
      'seatrial.yaml:3:43: nothing tells what kind of server the service "mail" is',
    );
    expect(suite?.hint).toContain("spaces.mail.kind");
  });

  it("are those of whose parts no such space has, told with the nearest one, before anything is started", async () => {
    const part = await failure(plan("suites: { u: { command: x, spaces: { URL: postgres.hsot } } }\n"));
    expect(part).toMatchObject({ code: "SPACES_INVALID", exitCode: 2 });
    expect(part?.message).toContain(
      'seatrial.yaml:3:43: spaces of kind postgres have no part "hsot"; did you mean "host"?',
    );
    expect(part?.hint).toBe("Their parts: url, host, port, user, password, name, sslmode.");
    const prefix = "suites: { u: { command: x, spaces: { P: redis.prefix } } }\n";
    expect((await failure(plan(prefix)))?.message).toContain('spaces of kind redis have no part "prefix"');
    const apart = await plan(`${prefix}spaces: { redis: { isolation: prefix } }\n`);
    expect(apart.suites[0]?.spaces).toEqual({ P: { space: "redis", part: "prefix" } });
    const files = await failure(plan("suites: { u: { command: x, spaces: { DIR: postgres.files } } }\n"));
    expect(files?.message).toContain("spaces of postgres have no files");
    const rendered = "suites: { u: { command: x, spaces: { DIR: postgres.files } } }\n";
    const made = await plan(`${rendered}spaces: { postgres: { files: db/1.sql } }\n`);
    expect(made.spaces[0]?.files).toHaveLength(1);
  });

  it("are those kept apart, copied or put back as their kind cannot", async () => {
    const apart = await failure(
      plan("suites: { u: { command: x, needs: [redis] } }\nspaces: { redis: { isolation: vhost } }\n"),
    );
    expect(apart).toMatchObject({ code: "SPACES_INVALID", exitCode: 2 });
    expect(apart?.message).toContain("spaces of kind redis are kept apart by process or prefix or database");
    const copied = await failure(
      plan("suites: { u: { command: x, needs: [queue] } }\nspaces: { queue: { from: app } }\n"),
    );
    expect(copied?.message).toContain("spaces of kind nats are not copied from anything");
    const connected =
      "suites: { u: { command: x, needs: [NAME] } }\nspaces: { NAME: { reuse: connected } }\n";
    const stays = await failure(plan(connected.replaceAll("NAME", "redis")));
    expect(stays?.message).toContain("no session stays in spaces of kind redis");
    expect((await plan(connected.replaceAll("NAME", "postgres"))).spaces[0]?.reuse).toBe("connected");
    const made = await plan(
      'suites: { u: { command: x, needs: [redis] } }\nspaces: { redis: { from: "5" } }\n',
    );
    expect(made.spaces[0]?.template.from).toBe("5");
  });

  it("a kind that is said makes them possible", async () => {
    const made = await plan(
      "suites: { u: { command: x, spaces: { S: store } } }\nspaces: { store: { kind: s3, isolation: prefix } }\n",
    );
    expect(made.spaces).toMatchObject([{ name: "store", kind: "s3", isolation: "prefix" }]);
  });
});
