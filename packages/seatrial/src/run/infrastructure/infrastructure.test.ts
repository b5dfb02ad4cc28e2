import { once } from "node:events";
import { connect } from "node:net";
import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import type { FakeAgentOptions } from "../../agent/testing/index.ts";
import { servicePlan } from "../../services/testing/world.ts";
import { deferred } from "../../support/abort.ts";
import { planWith, suiteWith, targetWith } from "../testing/plan.ts";
import { makeRunWorld, type RunWorld, type Scripts } from "../testing/running.ts";
import { startInfrastructure } from "./infrastructure.ts";
import { planInfrastructure } from "./plan.ts";

const serving: FakeAgentOptions = {
  probe: () => ({ ready: true, saw: "accepted" }),
  async *processes(_spec, io) {
    yield { stdout: "listening\n" };
    await io.nextSignal();
  },
  // A server that says whom it was dialled as, and ends.
  tunnel: ({ host, port }) => Duplex.from([Buffer.from(`${host}:${port}`)]),
};
const db = servicePlan({ name: "db" }, { ports: [5432] });
const signal = new AbortController().signal;

async function world(scripts: Scripts): Promise<RunWorld> {
  return await makeRunWorld({ scripts });
}

function start({ context }: RunWorld, plan = planWith({ services: [db] }), isNative = true) {
  return startInfrastructure({ plan, context, kind: "up", native: isNative ? {} : undefined });
}

async function read(address: { host: string; port: number }): Promise<string> {
  const socket = connect({ host: address.host, port: address.port });
  let text = "";
  for await (const chunk of socket) text += chunk;
  return text;
}

describe("infrastructure", () => {
  it("is ready when its services are, says where they are, and leaves nothing", async () => {
    await using here = await world({ db: serving });
    const infrastructure = start(here);
    await infrastructure.ready;
    const description = await infrastructure.describe();
    expect(description).toMatchObject({
      run: "r1",
      project: "shop",
      root: "/project",
      kind: "up",
      state: "ready",
      network: expect.any(String),
      services: [{ outcome: { name: "db", status: "ready" }, ports: [5432], digest: expect.any(String) }],
    });
    const { native } = description;
    const port = native?.addresses["db"]?.[5432]?.port ?? 0;
    expect(native?.variables).toEqual({
      DB_HOST: "127.0.0.1",
      DB_PORT: String(port),
      SEATRIAL_BROKER: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      SEATRIAL_TOKEN: expect.any(String),
      SEATRIAL_SUITE: "native",
    });
    // Nothing listens where an engine in memory publishes, so that it is forwarded; by the name under which others know it.
    expect(await read({ host: "127.0.0.1", port })).toBe("db:5432");
    await infrastructure[Symbol.asyncDispose]();
    expect(await here.left()).toEqual([]);
    await expect(once(connect(port, "127.0.0.1"), "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("publishes its services' ports, and nothing where it is for containers only", async () => {
    await using here = await world({ db: serving });
    const published = async () => {
      const workloads = await here.engine.workloads.list({ "seatrial.service": "db" }, signal);
      const details = await here.engine.workloads.inspect(workloads[0]?.id ?? "", signal);
      return Object.keys(details?.published ?? {});
    };
    {
      await using up = start(here);
      await up.ready;
      expect(await published()).toEqual(["5432", "61111"]);
    }
    await using warm = start(here, planWith({ services: [db] }), false);
    await warm.ready;
    expect(await published()).toEqual([]);
    expect((await warm.describe()).native).toBeUndefined();
  });

  it("forwards a port that only a space has, until nobody asks for it", async () => {
    await using here = await world({ db: serving });
    await using infrastructure = start(here);
    await infrastructure.ready;
    const over = new AbortController();
    const address = await infrastructure.addresses.address("db", 7001, over.signal);
    expect(await read(address)).toBe("db:7001");
    over.abort(new Error("the space is gone"));
    await expect(once(connect(address.port, address.host), "connect")).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
  });

  it("says that it is starting, and where it has got", async () => {
    const ready = deferred<{ ready: boolean; saw: string }>();
    await using here = await world({ db: { ...serving, probe: () => ready.promise } });
    await using infrastructure = start(here);
    const { state, services, native } = await infrastructure.describe();
    expect({ state, native, digest: services[0]?.digest }).toEqual({ state: "starting" });
    ready.resolve({ ready: true, saw: "accepted" });
    await infrastructure.ready;
    expect((await infrastructure.describe()).state).toBe("ready");
  });

  it("fails with the first service that does, and says why", async () => {
    await using here = await world({
      db: { ...serving, processes: () => [{ stderr: "no disk\n" }, { exit: 7 }] },
    });
    const infrastructure = start(here);
    await expect(infrastructure.ready).toThrowWithCode("SERVICE_EXITED");
    expect(infrastructure.failed.aborted).toBe(true);
    expect(await infrastructure.describe()).toMatchObject({
      state: "failed",
      problem: { code: "SERVICE_EXITED" },
    });
    await infrastructure[Symbol.asyncDispose]();
    expect(await here.left()).toEqual([]);
  });

  it("has failed when a service ends after it was ready", async () => {
    const end = deferred<void>();
    await using here = await world({
      db: {
        ...serving,
        async *processes() {
          await end.promise;
          yield { exit: 1 };
        },
      },
    });
    await using infrastructure = start(here);
    await infrastructure.ready;
    const failed = once(infrastructure.failed, "abort");
    end.resolve();
    await failed;
    expect((await infrastructure.describe()).problem?.code).toBe("SERVICE_EXITED");
  });
});

describe("the plan of infrastructure", () => {
  it("has neither suites nor their apps, and builds only what services are made of", () => {
    const app = {
      name: "app",
      target: "release",
      ports: [],
      env: {},
      readiness: { probes: [], deadline: 1 },
    };
    const migrate = servicePlan({ name: "migrate", image: { kind: "target", target: "migrate" } });
    const plan = planWith({
      targets: ["release", "test", "migrate"].map(targetWith),
      services: [db, migrate, servicePlan({ name: "app", image: { kind: "target", target: "release" } })],
      suites: [suiteWith({ app, needs: ["db", "app"] })],
    });
    const planned = planInfrastructure(plan);
    expect(planned.services.map(({ spec }) => spec.name)).toEqual(["db", "migrate"]);
    expect(planned.targets.map(({ key }) => key)).toEqual(["migrate"]);
    expect(planned.suites).toEqual([]);
  });
});
