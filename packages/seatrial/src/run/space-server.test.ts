import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { connect } from "../agent/connect.ts";
import { type FakeAgentOptions, fakeAgent } from "../agent/testing/index.ts";
import { servicePlan } from "../services/testing/world.ts";
import { plainImage } from "../suites/testing/shard-run.ts";
import { spaceServer } from "./space-server.ts";

const ANY = new AbortController().signal;

async function serverOf(options: FakeAgentOptions) {
  const container = fakeAgent(options);
  const agent = await connect(container.stream, { label: "service db" });
  const plan = servicePlan({ name: "db" }, { server: { port: 6000, user: "root", password: "pw" } });
  const service = {
    spec: plan.spec,
    workload: { agent },
    image: plainImage({ ports: [5432] }),
    process: { argv: [], env: { PGDATA: "/data" }, user: "postgres", workingDir: "/" },
  };
  return { container, server: spaceServer({ service, plan, kind: "postgres" }) };
}

describe("a service as the broker reaches it", () => {
  it("has the port, the administrator and the environment of its settings", async () => {
    const { server } = await serverOf({});
    expect(server).toMatchObject({
      service: "db",
      port: 6000,
      admin: { user: "root", password: "pw", database: undefined },
      env: { PGDATA: "/data" },
    });
  });

  it("is dialled from within its container, and ends with either side", async () => {
    const asked: { host: string; port: number }[] = [];
    const { server } = await serverOf({
      tunnel(address) {
        asked.push(address);
        return new PassThrough();
      },
    });
    const connection = await server.dial(6000, ANY);
    expect(connection.allowHalfOpen).toBe(false);
    connection.write("hello");
    expect(String(await new Promise((resolve) => connection.once("data", resolve)))).toBe("hello");
    expect(asked).toEqual([{ host: "127.0.0.1", port: 6000 }]);
  });

  it("that does not answer, or whose container has ended, is lost", async () => {
    const { server, container } = await serverOf({ tunnel: () => undefined });
    await expect(server.dial(6000, ANY)).toThrowWithCode("SPACE_SERVER_LOST");
    container.end();
    await expect(server.dial(6000, ANY)).toThrowWithCode("SPACE_SERVER_LOST");
    await expect(server.run({ argv: ["psql"] }, ANY)).toThrowWithCode("SPACE_SERVER_LOST");
    await expect(server.readFile("/x", ANY)).toThrowWithCode("SPACE_SERVER_LOST");
  });

  it("runs processes as its own does, unless they say otherwise", async () => {
    const { server, container } = await serverOf({ processes: () => [{ exit: 0 }] });
    await (await server.run({ argv: ["psql"], env: { PGUSER: "me" } }, ANY)).exit;
    await (await server.run({ argv: ["psql"], user: "0" }, ANY)).exit;
    expect(container.specs).toMatchObject([
      { user: "postgres", workingDir: "/", env: { PGDATA: "/data", PGUSER: "me" } },
      { user: "0", env: { PGDATA: "/data" } },
    ]);
  });

  it("gives and takes small files", async () => {
    const { server, container } = await serverOf({ files: new Map([["/etc/pw", { content: "s3cret\n" }]]) });
    expect(await server.readFile("/etc/pw", ANY)).toBe("s3cret\n");
    expect(await server.readFile("/etc/none", ANY)).toBeUndefined();
    await server.writeFile({ path: "/etc/app/x.conf", content: "a", mode: 0o600, uid: 7 }, ANY);
    expect(container.files.get("/etc/app/x.conf")).toMatchObject({ mode: 0o600, uid: 7 });
  });
});
