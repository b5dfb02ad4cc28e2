import { describe, expect, it } from "vitest";
import type { FakeAgentOptions, FakeProbe, FakeProcessScript } from "../../agent/testing/index.ts";
import type { EntrypointSettings } from "../../config/index.ts";
import type { ImageConfig } from "../../model/index.ts";
import { containerWorld, emptyPlan, notFound } from "../testing/containers.ts";
import { entrypoint } from "./entrypoint.ts";

const IMAGE: Partial<ImageConfig> = {
  user: "app",
  workingDir: "/srv",
  entrypoint: ["/bin/server"],
  command: ["--port", "8000"],
  ports: [8000],
};

async function tryIt(options: {
  settings?: Partial<EntrypointSettings>;
  image?: Partial<ImageConfig>;
  server: FakeProcessScript;
  probe?: FakeAgentOptions["probe"];
  ready?: () => Promise<void>;
}) {
  const world = await containerWorld({
    image: { ...IMAGE, ...options.image },
    script: () => ({ processes: options.server, probe: options.probe ?? yes }),
    ...(options.ready && { ready: options.ready }),
  });
  const settings = { ports: [], deadline: 5_000, env: {}, needs: [], ...options.settings };
  const done = world.run(entrypoint, emptyPlan({ entrypoint: settings }));
  return { ...world, done, agent: () => world.launcher.agentOf("seatrial-r1-check-entrypoint") };
}

const yes = () => ({ ready: true, saw: "accepted" });
const no = () => ({ ready: false, saw: "connection refused" });

/** Runs until it is told to stop. */
const server: FakeProcessScript = async function* (_, io) {
  yield { stdout: "listening\n" };
  await io.nextSignal();
  yield { exit: 0 };
};

describe("the release image", () => {
  it("passes when it answers, started as it is: its own entrypoint, command, user and folder", async () => {
    const specs: unknown[] = [];
    const probes: FakeProbe[] = [];
    const world = await tryIt({
      settings: { env: { LEVEL: "debug" } },
      server: (spec, io) => {
        specs.push(spec);
        return server(spec, io);
      },
      probe: (probe) => {
        probes.push(probe);
        return yes();
      },
    });
    await world.done;
    expect(specs).toEqual([
      {
        argv: ["/bin/server", "--port", "8000"],
        env: { LEVEL: "debug" },
        user: "app",
        workingDir: "/srv",
      },
    ]);
    expect(probes).toMatchObject([{ kind: "tcp", port: 8000 }]);
    expect(world.cases).toMatchObject([{ name: "starts and answers", status: "passed" }]);
    expect(world.cases[0]?.output).toMatch(
      /port 8000 answered after .*\nIt ended with exit code 0 .* after SIGTERM/,
    );
    expect(world.launcher.specs[0]).toMatchObject({ network: { id: "the-network" } });
    expect([world.logged(), world.launcher.running()]).toEqual(["listening\n", []]);
  });

  it("is started when the services that it needs are ready, and not before", async () => {
    const order: string[] = [];
    const world = await tryIt({
      settings: { needs: ["db"], command: ["other"] },
      ready: async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        order.push("ready");
      },
      server: (spec, io) => {
        order.push(spec.argv.join(" "));
        return server(spec, io);
      },
    });
    await world.done;
    expect(order).toEqual(["ready", "/bin/server other"]);
    expect(world.needed).toEqual(["db"]);
  });

  it("rejects, as no fault of the image, when a service that it needs fails", async () => {
    const world = await tryIt({
      server,
      ready: async () => {
        throw new Error("db is gone");
      },
    });
    await expect(world.done).rejects.toThrow("db is gone");
    expect([world.cases, world.launcher.running()]).toEqual([[], []]);
  });

  it("fails with its last lines when it ends before it answers", async () => {
    const world = await tryIt({
      server: () => [{ stderr: "no database\n" }, { exit: 2 }],
      probe: no,
    });
    await world.done;
    expect(world.cases).toMatchObject([
      {
        status: "failed",
        message: "It ended with exit code 2 before it answered.",
        output: "no database",
      },
    ]);
  });

  it("fails at its deadline with what was seen last", async () => {
    const world = await tryIt({ settings: { deadline: 1_000 }, server, probe: no });
    await world.done;
    expect(world.cases[0]).toMatchObject({ status: "failed", output: "listening" });
    expect(world.cases[0]?.message).toMatch(/did not answer within .*: port 8000: connection refused/);
  });

  it("fails when it cannot be started, or names nothing to start", async () => {
    const missing = await tryIt({ server: notFound });
    await missing.done;
    expect(missing.cases[0]?.message).toContain('cannot start "/bin/server": does not exist');
    const nothing = await tryIt({ server, image: { entrypoint: [], command: [] } });
    await nothing.done;
    expect(nothing.cases).toMatchObject([
      { status: "failed", message: expect.stringContaining("neither an entrypoint") },
    ]);
  });

  it("is asked as `ready` says", async () => {
    const probes: FakeProbe[] = [];
    const world = await tryIt({
      settings: {
        ready: { kind: "probe", probe: { kind: "http", port: 9000, path: "/up", scheme: "http" } },
      },
      server,
      probe: (probe) => {
        probes.push(probe);
        return yes();
      },
    });
    await world.done;
    expect(probes).toMatchObject([{ kind: "http", port: 9000, path: "/up" }]);
  });

  it("must go on running when there is nothing to ask", async () => {
    const world = await tryIt({
      image: { ports: [] },
      settings: { deadline: 100 },
      server,
    });
    await world.done;
    expect(world.cases).toMatchObject([{ status: "passed" }]);
    const crash = await tryIt({ image: { ports: [] }, server: () => [{ exit: 127 }] });
    await crash.done;
    expect(crash.cases[0]?.message).toBe(
      "It ended with exit code 127 before it answered.\nIt printed nothing.",
    );
  });

  it("is warned about when the stop signal ends it for want of a handler", async () => {
    const world = await tryIt({
      image: { stopSignal: "SIGQUIT" },
      server: async function* (_, io) {
        yield { exit: { code: null, signal: await io.nextSignal() } };
      },
    });
    await world.done;
    expect(world.cases).toMatchObject([{ status: "passed" }]);
    expect(world.cases[0]?.output).toContain("Warning: it has no handler for SIGQUIT");
  });
});

describe("a release image that is a command", () => {
  it.each([
    [0, 0, "passed", undefined],
    [3, 3, "passed", undefined],
    [0, 1, "failed", "It ended with exit code 1, expected exit code 0.\nIt printed nothing."],
  ])("expected to end with %i that ends with %i has %s", async (exit, code, status, message) => {
    const world = await tryIt({ settings: { exit }, server: () => [{ exit: code }] });
    await world.done;
    expect(world.cases).toMatchObject([{ name: `ends with exit code ${exit}`, status }]);
    expect(world.cases[0]?.message).toBe(message);
  });

  it("fails when it does not end in time", async () => {
    const world = await tryIt({ settings: { exit: 0, deadline: 100 }, server });
    await world.done;
    expect(world.cases[0]?.message).toMatch(/did not end within/);
  });
});
