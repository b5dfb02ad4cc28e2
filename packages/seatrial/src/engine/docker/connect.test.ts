import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { connectDocker } from "./index.ts";
import { answer, live, startFakeEngine, startRawEngine, unixEndpoint } from "./testing/fake-engine.ts";

describe("connections", () => {
  test("calls in a row share one connection, and greet once", async () => {
    await using fake = await startFakeEngine((_request, response) => answer(response, 200, []));
    await using engine = fake.connect();
    for (let round = 0; round < 5; round += 1) await engine.networks.list({}, live());
    expect(fake.connections()).toBe(1);
    expect(fake.requests).toEqual(Array(5).fill("GET /v1.41/networks"));
  });

  test("nothing is dialled before the first call", async () => {
    await using fake = await startFakeEngine((_request, response) => answer(response, 200, []));
    await using engine = fake.connect();
    expect(engine.endpoint).toBe(`unix://${fake.socket}`);
    expect(fake.connections()).toBe(0);
  });

  test("a socket that is not there says so and names the way out", async () => {
    const engine = connectDocker({ endpoint: unixEndpoint("/nonexistent/docker.sock"), environment: {} });
    const error: unknown = await engine.networks.list({}, live()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ENGINE_UNREACHABLE", exitCode: 3 });
    expect(String(error)).toContain("/nonexistent/docker.sock");
    expect((error as { hint: string }).hint).toContain("Start the engine");
  });

  test("an engine that is there the second time is found the second time", async () => {
    let broken = true;
    await using fake = await startFakeEngine((_request, response) => answer(response, 200, []));
    await using blocked = await startRawEngine((socket) => {
      if (broken) socket.destroy();
      else socket.pipe(connectTo(fake.socket)).pipe(socket);
    });
    await using engine = blocked.connect();
    await expect(engine.networks.list({}, live())).toThrowWithCode("ENGINE_CONNECTION_LOST");
    broken = false;
    expect(await engine.networks.list({}, live())).toEqual([]);
  });
});

describe("versions of the API", () => {
  test.each([
    ["1.41", "1.41"],
    ["1.43", "1.43"],
    ["1.51", "1.44"],
    ["2.0", "1.44"],
  ])("an engine of %s is spoken to in %s", async (theirs, spoken) => {
    await using fake = await startFakeEngine((_request, response) => answer(response, 200, []), {
      apiVersion: theirs,
    });
    await using engine = fake.connect();
    await engine.networks.list({}, live());
    expect(fake.requests).toEqual([`GET /v${spoken}/networks`]);
  });

  test("an engine before 20.10 is too old", async () => {
    await using fake = await startFakeEngine(() => undefined, { apiVersion: "1.40" });
    await using engine = fake.connect();
    await expect(engine.networks.list({}, live())).toThrowWithCode("ENGINE_TOO_OLD");
  });

  test("a server that is no engine is recognised", async () => {
    await using fake = await startFakeEngine(() => undefined, { apiVersion: "" });
    await using engine = fake.connect();
    await expect(engine.networks.list({}, live())).toThrowWithCode("ENGINE_FAILED");
  });

  test("an engine that outgrew our version asks for an update", async () => {
    await using fake = await startFakeEngine((_request, response) =>
      answer(response, 400, {
        message: "client version 1.44 is too old. Minimum supported API version is 1.60",
      }),
    );
    await using engine = fake.connect();
    const error: unknown = await engine.networks.list({}, live()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ENGINE_FAILED", hint: "Update seatrial." });
  });
});

describe("capabilities", () => {
  const ANSWERS: Record<string, unknown> = {
    "/v1.41/version": {
      Components: [{ Name: "Engine" }],
      Version: "20.10.24",
      ApiVersion: "1.41",
      Os: "linux",
      Arch: "arm64",
    },
    "/v1.41/info": { MemoryLimit: true, MemTotal: 8e9, NCPU: 4 },
  };

  test("are asked for only on demand, and once", async () => {
    await using fake = await startFakeEngine(({ path }, response) =>
      answer(response, 200, ANSWERS[path] ?? []),
    );
    await using engine = fake.connect();
    await engine.networks.list({}, live());
    expect(fake.requests).toHaveLength(1);
    const [first, second] = await Promise.all([engine.capabilities(live()), engine.capabilities(live())]);
    expect(second).toBe(first);
    expect(first).toEqual({
      name: "Docker Engine",
      version: "20.10.24",
      apiVersion: "1.41",
      platform: "linux/arm64",
      canCommit: true,
      exportsCache: false,
      limitsMemory: true,
      memoryBytes: 8e9,
      cpus: 4,
    });
    expect(fake.requests).toHaveLength(3);
  });

  test("one asker who gives up does not spoil the answer for another", async () => {
    await using fake = await startFakeEngine(({ path }, response) => {
      setTimeout(() => answer(response, 200, ANSWERS[path]), 30);
    });
    await using engine = fake.connect();
    const stop = new AbortController();
    const impatient = engine.capabilities(stop.signal);
    const patient = engine.capabilities(live());
    stop.abort(new Error("enough"));
    await expect(impatient).rejects.toThrow("enough");
    expect((await patient).cpus).toBe(4);
  });
});

function connectTo(socket: string) {
  return connect(socket).on("error", () => undefined);
}
