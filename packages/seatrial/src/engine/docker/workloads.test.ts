import { describe, expect, test } from "vitest";
import { answer, live, startFakeEngine } from "./testing/fake-engine.ts";

describe("the end of a container", () => {
  const events = (...actions: string[]) =>
    actions.map((Action) => `${JSON.stringify({ Action })}\n`).join("");

  async function exitWith(statusCode: number, past: string, after = 0) {
    await using fake = await startFakeEngine(({ path }, response) => {
      if (path.endsWith("/wait")) answer(response, 200, { StatusCode: statusCode, Error: null });
      // The engine keeps its stream of events open.
      else setTimeout(() => response.write(past), after);
    });
    await using engine = fake.connect();
    const exit = await engine.workloads.waitForExit("abc", live());
    return { exit, requests: fake.requests };
  }

  test("is waited for until the container is removed", async () => {
    const { exit, requests } = await exitWith(0, "");
    expect(exit).toEqual({ exitCode: 0 });
    expect(requests).toEqual(["POST /v1.41/containers/abc/wait?condition=removed"]);
  });

  test("is blamed on memory when the engine remembers that", async () => {
    expect((await exitWith(137, events("oom", "die"))).exit).toEqual({ exitCode: 137, outOfMemory: true });
    expect((await exitWith(137, events("die"))).exit).toEqual({ exitCode: 137, outOfMemory: false });
  });

  test("is blamed on memory by an engine that is slow to answer", async () => {
    const { exit } = await exitWith(137, events("oom", "die"), 1_200);
    expect(exit).toEqual({ exitCode: 137, outOfMemory: true });
  });

  test("is left unexplained when the engine has forgotten the container", async () => {
    expect((await exitWith(137, "")).exit).toEqual({ exitCode: 137, outOfMemory: undefined });
  });

  test("is known to the engine as waited for before the start is asked", async () => {
    const order: string[] = [];
    await using fake = await startFakeEngine(({ path }, response) => {
      order.push(path.replace(/.*\//, ""));
      if (path.endsWith("/start")) answer(response, 204);
      // The head of the answer comes late, and its end with the container's.
      else setTimeout(() => response.writeHead(200).flushHeaders(), 60);
      response.once("close", () => undefined);
      if (path.endsWith("/start")) order.push("started");
      else setTimeout(() => order.push("registered"), 55);
    });
    await using engine = fake.connect();
    const stop = new AbortController();
    const exit = engine.workloads.waitForExit("abc", stop.signal);
    const outcome = exit.catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await engine.workloads.start("abc", live());
    stop.abort(new Error("enough"));
    await outcome;
    expect(order).toEqual(["wait", "registered", "start", "started"]);
  });

  test("a connection lost while waiting is no exit", async () => {
    await using fake = await startFakeEngine((_request, response) => {
      response.writeHead(200).flushHeaders();
      setTimeout(() => response.destroy(), 20);
    });
    await using engine = fake.connect();
    await expect(engine.workloads.waitForExit("abc", live())).toThrowWithCode("ENGINE_CONNECTION_LOST");
  });
});

describe("removal", () => {
  test("under way elsewhere is waited for", async () => {
    await using fake = await startFakeEngine(({ method }, response) => {
      if (method === "DELETE")
        answer(response, 409, { message: "removal of container abc is already in progress" });
      else answer(response, 200, { StatusCode: 0 });
    });
    await using engine = fake.connect();
    await engine.workloads.remove("abc", live());
    expect(fake.requests).toEqual([
      "DELETE /v1.41/containers/abc?force=1&v=1",
      "POST /v1.41/containers/abc/wait?condition=removed",
    ]);
  });

  test("that fails says why", async () => {
    await using fake = await startFakeEngine((_request, response) =>
      answer(response, 500, { message: "driver failed to remove root filesystem: device or resource busy" }),
    );
    await using engine = fake.connect();
    await expect(engine.workloads.remove("abc", live())).toThrowWithCode("ENGINE_FAILED");
  });
});

describe("creation", () => {
  test.each([
    [404, "No such image: sha256:abc", "IMAGE_NOT_FOUND"],
    [409, 'Conflict. The container name "/web" is already in use by container "def".', "NAME_TAKEN"],
    [404, "network abc not found", "ENGINE_FAILED"],
    [400, "invalid mount config", "ENGINE_FAILED"],
  ])("a refusal with %i %s is %s", async (status, message, code) => {
    await using fake = await startFakeEngine((_request, response) => answer(response, status, { message }));
    await using engine = fake.connect();
    const spec = {
      name: "web",
      image: "sha256:abc",
      labels: {},
      entrypoint: [],
      command: [],
      user: "",
      env: {},
      mounts: [],
      limits: {},
      security: {
        privileged: false,
        readOnlyRoot: false,
        capAdd: [],
        capDrop: [],
        options: [],
        groupAdd: [],
        sysctls: {},
        devices: [],
      },
      extraHosts: [],
    };
    await expect(engine.workloads.create(spec, live())).toThrowWithCode(code);
  });

  test("states of engines of either make are understood", async () => {
    const states = ["created", "configured", "running", "paused", "removing", "exited", "dead"];
    await using fake = await startFakeEngine((_request, response) =>
      answer(
        response,
        200,
        states.map((State) => ({ Id: State, Names: [`/${State}`], State, Labels: null, Created: 5 })),
      ),
    );
    await using engine = fake.connect();
    const listed = await engine.workloads.list({}, live());
    expect(listed.map((each) => each.state)).toEqual([
      "created",
      "created",
      "running",
      "running",
      "removing",
      "exited",
      "exited",
    ]);
    expect(listed[0]).toEqual({
      id: "created",
      name: "created",
      state: "created",
      labels: {},
      createdAt: 5000,
    });
  });
});
