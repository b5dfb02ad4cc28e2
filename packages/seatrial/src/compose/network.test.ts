import { describe, expect, test } from "vitest";
import { planServices } from "./plan.ts";
import { planOne, resolved, serviceOf } from "./testing/model.ts";

const image = { image: "x" };

describe("ports", () => {
  test("are known by their container side, and published ones are told of", async () => {
    const { db, changes } = await planOne({
      ports: [
        { mode: "ingress", target: 5432, published: "15432", protocol: "tcp", host_ip: "127.0.0.1" },
        { mode: "ingress", target: 8080, protocol: "tcp" },
        { mode: "ingress", target: 53, published: "53", protocol: "udp" },
        "9000:9001",
      ],
      expose: ["7000", 5432, "7001/udp", "7002/tcp"],
    });
    expect(db.ports).toEqual([5432, 8080, 9001, 7000, 7002]);
    expect(changes).toMatchObject([{ key: "ports", becomes: "not published (15432, 53)" }]);
  });

  test("that are not published are no change", async () => {
    expect((await planOne({ ports: [{ target: 80 }] })).changes).toEqual([]);
  });
});

describe("networks", () => {
  test("of one's own become the run's network, and their aliases host names", async () => {
    const { db, changes } = await planOne(
      {
        container_name: "shop-db",
        networks: { backend: { aliases: ["database", "db"], ipv4_address: "10.0.0.5" }, default: null },
      },
      { model: { networks: { backend: { external: true, name: "corp" }, default: {} } } },
    );
    expect(db.spec.aliases).toEqual(["shop-db", "database"]);
    expect(changes.map((change) => change.becomes)).toEqual([
      "a further host name, shop-db",
      "the run's own network in place of backend",
      "addresses given by the run's network",
    ]);
  });

  test("that are the default are no change, unless it is external", async () => {
    const service = { networks: { default: null } };
    expect((await planOne(service)).changes).toEqual([]);
    const model = { networks: { default: { external: true, name: "corp" } } };
    expect((await planOne(service, { model })).changes).toMatchObject([{ key: "networks" }]);
  });
});

describe("host names", () => {
  const plan = (services: object, wanted: string[]) =>
    planServices({ compose: resolved({ services }), wanted, environment: {} });

  test("given by links belong to the linked service", async () => {
    const services = {
      web: { ...image, links: ["db:database", "cache"], depends_on: { db: {}, cache: {} } },
      db: image,
      cache: image,
    };
    const { services: planned, changes } = await plan(services, ["web"]);
    expect(serviceOf(planned, "db").spec.aliases).toEqual(["database"]);
    expect(serviceOf(planned, "cache").spec.aliases).toEqual([]);
    expect(changes).toMatchObject([{ service: "web", key: "links" }]);
  });

  test("that two services claim are refused", async () => {
    const alias = (name: string) => ({ ...image, networks: { n: { aliases: [name] } } });
    await expect(plan({ a: alias("db"), b: alias("db") }, ["a", "b"])).toThrowWithCode("COMPOSE_UNSUPPORTED");
    await expect(plan({ a: alias("b"), b: image }, ["a", "b"])).toThrowWithCode("COMPOSE_UNSUPPORTED");
  });

  test("of services that are not planned clash with nothing", async () => {
    const services = { a: { ...image, container_name: "db" }, b: { ...image, container_name: "db" } };
    const { services: planned } = await plan(services, ["a"]);
    expect(serviceOf(planned, "a").spec.aliases).toEqual(["db"]);
  });
});
