import { describe, expect, it } from "vitest";
import type { ProbeSpec } from "../../model/index.ts";
import { servicePlan } from "../../services/testing/world.ts";
import { serviceVariables } from "./variables.ts";

const at = (port: number) => ({ host: "127.0.0.1", port });

function variables(server: ProbeSpec | undefined, name = "db") {
  const port = server !== undefined && server.kind !== "command" ? server.port : 5432;
  const plan = servicePlan({ name }, { access: server });
  return serviceVariables({ plan, ports: [port], addresses: { [port]: at(40_000) } });
}

describe("the variables of a service", () => {
  it("say its host and its port, under its name in upper case", () => {
    expect(variables(undefined, "my-db.1")).toEqual({ MY_DB_1_HOST: "127.0.0.1", MY_DB_1_PORT: "40000" });
    expect(Object.keys(variables(undefined, "7up"))).toEqual(["_7UP_HOST", "_7UP_PORT"]);
  });

  it.each([
    [
      { kind: "postgres", port: 5432, user: "a b", password: "p@ss/", database: "shop" },
      "postgres://a%20b:p%40ss%2F@127.0.0.1:40000/shop",
    ],
    [{ kind: "postgres", port: 5432, user: "app", database: "app" }, "postgres://app@127.0.0.1:40000/app"],
    [{ kind: "mysql", port: 3306, user: "root", password: "x" }, "mysql://root:x@127.0.0.1:40000/"],
    [{ kind: "redis", port: 6379 }, "redis://127.0.0.1:40000/0"],
    [{ kind: "redis", port: 6379, password: "s3" }, "redis://:s3@127.0.0.1:40000/0"],
    [{ kind: "mongodb", port: 27017 }, "mongodb://127.0.0.1:40000/"],
    [
      { kind: "rabbitmq", port: 5672, user: "guest", password: "guest", vhost: "/" },
      "amqp://guest:guest@127.0.0.1:40000/%2F",
    ],
  ] satisfies [ProbeSpec, string][])("have a URL with its credentials: %j", (server, url) => {
    expect(variables(server)["DB_URL"]).toBe(url);
  });

  it("have no URL where nobody knows how its server is spoken to", () => {
    expect(variables({ kind: "kafka", port: 9092 })["DB_URL"]).toBeUndefined();
    expect(variables(undefined)["DB_URL"]).toBeUndefined();
  });

  it("name each further port by its number, and leave out what has no address", () => {
    const plan = servicePlan({ name: "mq" });
    const addresses = { 5672: at(1), 15672: at(2) };
    expect(serviceVariables({ plan, ports: [5672, 15_672, 1], addresses })).toEqual({
      MQ_HOST: "127.0.0.1",
      MQ_PORT: "1",
      MQ_PORT_15672: "2",
    });
    expect(serviceVariables({ plan, ports: [], addresses: {} })).toEqual({});
  });
});
