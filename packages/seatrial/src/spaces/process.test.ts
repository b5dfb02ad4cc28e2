import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { createFolder } from "../support/testing/folder.ts";
import { openHostFilePlace } from "./config-files/host-place.ts";
import { acquireForProcess, type ProcessSpacesOptions } from "./process.ts";
import { nameReach, planOf } from "./testing/endpoint.ts";
import { fakeBroker } from "./testing/fake-broker.ts";
import { addressKind } from "./testing/fake-kind.ts";

const holder = { run: "run-1", suite: "integration", test: "", attempt: 1 };

function options(rest: Partial<ProcessSpacesOptions>): ProcessSpacesOptions {
  return {
    broker: fakeBroker(),
    kind: async () => addressKind,
    plans: [planOf("postgres"), planOf("redis")],
    wanted: {},
    holder,
    reach: nameReach,
    signal: new AbortController().signal,
    ...rest,
  };
}

describe("the spaces of a process", () => {
  it("are one for each definition, their parts in variables", async () => {
    const broker = fakeBroker();
    const spaces = await acquireForProcess(
      options({
        broker,
        wanted: {
          DATABASE_URL: { space: "postgres", part: "url" },
          DB_HOST: { space: "postgres", part: "host" },
          CACHE: { space: "redis", part: "name" },
        },
      }),
    );
    expect(spaces.env).toEqual({
      DATABASE_URL: "postgres://st_test_1:secret@postgres:5432/st_test_1",
      DB_HOST: "postgres",
      CACHE: "st_test_2",
    });
    expect(spaces.spaces).toEqual(broker.leased);
    await Promise.all([
      spaces.release({ outcome: "failed", message: "exit code 1" }),
      spaces.release({ outcome: "passed" }),
    ]);
    expect(broker.released.map(({ outcome }) => outcome)).toEqual(["failed", "failed"]);
    expect(broker.sessions.size).toBe(0);
  });

  it("have configuration files that may name each other, until they are released", async () => {
    await using folder = await createFolder({});
    await using files = openHostFilePlace({ folder: folder.path });
    const text = "{{host}} {{spaces.redis.host}} {{env.A}}";
    const spaces = await acquireForProcess(
      options({
        plans: [planOf("postgres", [{ name: "conf/a.ini", path: "/p", text }]), planOf("redis")],
        wanted: { CONFIG: { space: "postgres", part: "files" }, CACHE: { space: "redis", part: "url" } },
        files,
        env: { A: "b" },
      }),
    );
    const file = `${spaces.env["CONFIG"]}/conf/a.ini`;
    expect(await readFile(file, "utf8")).toBe("postgres redis b");
    await spaces.release({ outcome: "passed" });
    await expect(readFile(file)).rejects.toThrow();
  });

  it("are given back when one of them, or a part of one, cannot be had", async () => {
    const wanted = { A: { space: "postgres", part: "url" } };
    const broker = fakeBroker();
    const unknown = acquireForProcess(
      options({ broker, wanted: { ...wanted, B: { space: "zoo", part: "url" } } }),
    );
    await expect(unknown).toThrowWithCode("SPACE_NOT_DEFINED");
    const partless = acquireForProcess(
      options({ broker, wanted: { B: { space: "postgres", part: "hsot" } } }),
    );
    await expect(partless).rejects.toMatchObject({
      code: "SPACE_REQUEST_INVALID",
      message: `suites.integration.spaces.B: a space of postgres has no part "hsot"; did you mean "host"?`,
    });
    expect(broker.leased).toEqual([]);
    expect(broker.released.map(({ outcome }) => outcome)).toEqual(["skipped", "skipped"]);
    expect(broker.sessions.size).toBe(0);
  });

  it("stay its own for longer than a lease lasts", async () => {
    const renewed: string[] = [];
    const broker = fakeBroker();
    const short = {
      ...broker,
      acquire: async (...[request, signal]: Parameters<typeof broker.acquire>) =>
        await broker.acquire({ ...request, ttl: 10 }, signal),
      async renew(id: string, ttl: number | undefined) {
        renewed.push(id);
        return await broker.renew(id, ttl);
      },
    };
    const spaces = await acquireForProcess(
      options({ broker: short, wanted: { A: { space: "postgres", part: "url" } } }),
    );
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(renewed).toEqual(["lease-1"]);
    await spaces.release({ outcome: "passed" });
  });
});
