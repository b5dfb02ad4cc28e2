import { describe, expect, it } from "vitest";
import type { DescribedService } from "./description.ts";
import { rewriteEnvironment } from "./rewrite.ts";

const service = (name: string, ports: number[], names = [name]): DescribedService => ({
  outcome: { name, image: "x", standIn: false, snapshot: "none", status: "ready", log: "logs/x.log" },
  names,
  ports,
});
const at = (port: number) => ({ host: "127.0.0.1", port });
const services = [
  service("db", [5432], ["db", "database.internal"]),
  service("db-2", [5432]),
  service("mq", [5672, 15_672]),
];
const native = {
  addresses: {
    db: { 5432: at(41_001) },
    "db-2": { 5432: at(41_002) },
    mq: { 5672: at(41_003), 15672: at(41_004) },
  },
  variables: {},
};

function rewrite(env: Record<string, string>) {
  const loose: string[] = [];
  const onLooseHost = (variable: string, name: string) => void loose.push(`${variable} ${name}`);
  return { env: rewriteEnvironment({ env, services, native, onLooseHost }), loose };
}

describe("an environment that was written for a container", () => {
  it.each([
    ["db:5432", "127.0.0.1:41001"],
    ["postgres://u:p@db:5432/shop?sslmode=disable", "postgres://u:p@127.0.0.1:41001/shop?sslmode=disable"],
    ["postgres://u:p@db/shop", "postgres://u:p@127.0.0.1:41001/shop"],
    ["postgres://db", "postgres://127.0.0.1:41001"],
    ["http://database.internal:5432/", "http://127.0.0.1:41001/"],
    ["db-2:5432,db:5432", "127.0.0.1:41002,127.0.0.1:41001"],
    ["amqp://mq/ http://mq:15672/api", "amqp://127.0.0.1:41003/ http://127.0.0.1:41004/api"],
    ["host=db:5432 x", "host=127.0.0.1:41001 x"],
  ])("has native addresses: %s", (value, expected) => {
    expect(rewrite({ URL: value })).toEqual({ env: { URL: expected }, loose: [] });
  });

  it.each(["my-db:5432", "xdb:5432", "db:54321", "db:80", "mydb", "/db/5432", "postgres://db.example.com/x"])(
    "keeps what is none of them: %s",
    (value) => {
      expect(rewrite({ URL: value }).env).toEqual({ URL: value });
    },
  );

  it("has the native port beside a native host", () => {
    expect(rewrite({ PGHOST: "db", PGPORT: "5432", mq_host: "mq", mq_port: "15672" })).toEqual({
      env: { PGHOST: "127.0.0.1", PGPORT: "41001", mq_host: "127.0.0.1", mq_port: "41004" },
      loose: [],
    });
  });

  it("tells a host whose port nobody found", () => {
    const { env, loose } = rewrite({ DB_HOST: "db", DB_PORT: "1", SERVER: "mq" });
    expect(env).toEqual({ DB_HOST: "127.0.0.1", DB_PORT: "1", SERVER: "127.0.0.1" });
    expect(loose).toEqual(["DB_HOST db", "SERVER mq"]);
  });
});
