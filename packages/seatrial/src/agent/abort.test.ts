import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { pack } from "tar-stream";
import { describe, expect, test } from "vitest";
import { deferred } from "../support/abort.ts";
import type { Agent } from "./agent.ts";
import { connect } from "./connect.ts";
import { fakeAgent } from "./testing/index.ts";

const never = new AbortController().signal;

/** An agent that never answers, and counts the requests that the owner has given up. */
function start() {
  let resets = 0;
  const reset = deferred<void>();
  const fake = fakeAgent({
    intercept(stream, { path }) {
      stream.once("close", () => {
        resets += 1;
        reset.resolve();
      });
      return path !== "/v1/relays?listen=127.0.0.1%3A0";
    },
  });
  return { agent: connect(fake.stream, { label: "service db" }), reset: reset.promise, resets: () => resets };
}

const calls: Record<string, (agent: Agent, signal: AbortSignal) => Promise<unknown>> = {
  hello: (agent, signal) => agent.hello(signal),
  run: (agent, signal) => agent.run({ argv: ["server"] }, signal),
  probe: (agent, signal) => agent.probe({ kind: "tcp", port: 1 }, { timeout: 60_000, signal }),
  "files.put": (agent, signal) => {
    const tar = pack();
    tar.entry({ name: "endless", size: 1_000_000_000 });
    return agent.files.put("/in", tar, signal);
  },
  "files.get": (agent, signal) => agent.files.get("/out", signal),
  "files.stat": (agent, signal) => agent.files.stat("/out", signal),
  "files.list": (agent, signal) => agent.files.list("/out", { signal }),
  tunnel: (agent, signal) => agent.tunnel({ host: "db", port: 1 }, signal),
  relay: (agent, signal) => agent.relay({ listen: "127.0.0.1:1", onConnection: () => undefined, signal }),
};

describe("an abort", () => {
  for (const [name, call] of Object.entries(calls)) {
    test(`of ${name} fails it with the signal's reason and resets its stream`, async () => {
      const { agent, reset } = start();
      const controller = new AbortController();
      const called = call(agent, controller.signal);
      setTimeout(() => controller.abort(new Error(`${name} is no longer needed`)), 20);
      await expect(called).rejects.toThrow(`${name} is no longer needed`);
      await reset;
      await agent[Symbol.asyncDispose]();
    });

    test(`before ${name} sends nothing`, async () => {
      const { agent, resets } = start();
      await expect(call(agent, AbortSignal.abort(new Error("too late")))).rejects.toThrow("too late");
      await wait(5);
      expect(resets()).toBe(0);
      await agent[Symbol.asyncDispose]();
    });
  }

  test("of a running process ends its reader and its exit with the reason, and drops the process", async () => {
    const dropped = deferred<void>();
    const fake = fakeAgent({
      async *processes(_spec, io) {
        io.dropped.addEventListener("abort", () => dropped.resolve());
        yield { stdout: "ready" };
        await io.nextSignal();
      },
    });
    const agent = connect(fake.stream, { label: "service db" });
    const controller = new AbortController();
    const process = await agent.run({ argv: ["server"] }, controller.signal);
    const reading = (async () => {
      for await (const _ of process.output) controller.abort(new Error("time is up"));
    })();
    await expect(reading).rejects.toThrow("time is up");
    await expect(process.exit).rejects.toThrow("time is up");
    await dropped.promise;
    await agent[Symbol.asyncDispose]();
  });

  test("of a download breaks it off with the reason", async () => {
    const fake = fakeAgent({
      intercept(stream) {
        stream.respond({ ":status": 200 });
        stream.write("the beginning");
        return true;
      },
    });
    const agent = connect(fake.stream, { label: "service db" });
    const controller = new AbortController();
    const got = text(await agent.files.get("/out", controller.signal));
    controller.abort(new Error("not needed"));
    await expect(got).rejects.toThrow("not needed");
    await agent[Symbol.asyncDispose]();
  });

  test("leaves no listener on a signal that outlives many calls", async () => {
    const fake = fakeAgent({ processes: () => [{ stdout: "x" }] });
    const agent = connect(fake.stream, { label: "service db" });
    let listeners = 0;
    const controller = new AbortController();
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    for (let at = 0; at < 20; at += 1) {
      const process = await agent.run({ argv: ["x"] }, signal);
      for await (const _ of process.output);
      await process.exit;
    }
    await wait(10);
    expect(listeners).toBe(0);
    await agent[Symbol.asyncDispose]();
    expect(never.aborted).toBe(false);
  });
});
