import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { pack } from "tar-stream";
import { describe, expect, test, vi } from "vitest";
import { deferred } from "../support/abort.ts";
import { isToolError } from "../support/error.ts";
import type { Agent } from "./agent.ts";
import { connect } from "./connect.ts";
import { openConnection } from "./connection.ts";
import { sayHello } from "./hello.ts";
import { explainLoss, type Loss } from "./loss.ts";
import { type FakeAgent, type FakeAgentOptions, fakeAgent, memoryDuplexPair } from "./testing/index.ts";

const signal = new AbortController().signal;
const killed: Loss = { reason: "the container ended with exit code 137 (out of memory)" };

function start(
  options: FakeAgentOptions = {},
  onLoss?: () => Promise<Loss>,
): { fake: FakeAgent; agent: Agent } {
  const fake = fakeAgent(options);
  return {
    fake,
    agent: connect(fake.stream, { label: "service db", onLoss, agentLog: () => ["agent: no memory"] }),
  };
}

/** What the promise fails with, as code, message and last lines. */
async function failureOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isToolError(error)) throw new Error(`expected a ToolError, got ${String(error)}`);
  return [error.code, error.message, ...(error.lastLines ?? [])].join(" | ");
}

describe("when the stream ends", () => {
  test("before hello, hello fails with whose agent it was and what is known", async () => {
    const { agent, fake } = start({ intercept: () => true }, async () => killed);
    const hello = agent.hello(signal);
    fake.end();
    expect(await failureOf(hello)).toBe(
      "AGENT_LOST | lost the agent of service db while saying hello: the container ended with exit code 137 (out of memory) | agent: no memory",
    );
    expect(await failureOf(agent.closed.then((error) => Promise.reject(error)))).toContain(
      "lost the agent of service db: the container ended with exit code 137",
    );
  });

  test("a process's output is given to its last byte, then its reader and its exit fail alike", async () => {
    const sent = deferred<void>();
    const { agent, fake } = start({
      async *processes(_spec, io) {
        for (let line = 0; line < 60; line += 1) yield { stdout: `${line} ${"x".repeat(9_000)}\n` };
        sent.resolve();
        await io.nextSignal();
      },
    });
    const process = await agent.run({ argv: ["tests"] }, signal);
    await sent.promise;
    fake.end();
    const failed = failureOf(process.exit);
    let output = "";
    const reading = (async () => {
      for await (const chunk of process.output) {
        await wait(1);
        output += chunk.data;
      }
    })();
    expect(await failureOf(reading)).toBe(
      "AGENT_LOST | lost the agent of service db while running tests: its stream ended | agent: no memory",
    );
    expect(await failed).toContain("while running tests");
    expect(output.trimEnd().split("\n")).toHaveLength(60);
  });

  test("in the middle of a tar, neither direction takes it for whole", async () => {
    const { agent, fake } = start({
      intercept(stream, { method }) {
        if (method === "GET") {
          stream.respond({ ":status": 200 });
          stream.write(Buffer.alloc(100_000));
        }
        return true;
      },
    });
    const tar = pack();
    tar.entry({ name: "endless", size: 1_000_000_000 });
    const put = agent.files.put("/in", tar, signal);
    const bytes = await agent.files.get("/out", signal);
    const got = text(bytes);
    await wait(20);
    fake.end();
    expect(await failureOf(put)).toContain(
      "AGENT_LOST | lost the agent of service db while writing files to /in",
    );
    expect(await failureOf(got)).toContain("AGENT_LOST | lost the agent of service db while reading /out");
    expect(tar.destroyed).toBe(true);
  });

  test("in the middle of a tunnel, both reading and writing fail", async () => {
    const [near, far] = memoryDuplexPair();
    const { agent, fake } = start({ tunnel: () => near });
    const tunnel = await agent.tunnel({ host: "db", port: 5432 }, signal);
    far.write("hello");
    const read = text(tunnel);
    await wait(20);
    fake.end();
    expect(await failureOf(read)).toContain(
      "AGENT_LOST | lost the agent of service db while tunnelling to db:5432",
    );
    expect(tunnel.destroyed).toBe(true);
    expect(await failureOf(agent.tunnel({ host: "db", port: 5432 }, signal))).toContain("AGENT_LOST");
  });

  test("with what is no HTTP/2, the error says so", async () => {
    const [ours, theirs] = memoryDuplexPair();
    const agent = connect(ours, { label: "service db" });
    theirs.write("sh: /.seatrial/agent: not found, and more words than a frame's head has\n");
    expect(await failureOf(agent.hello(signal))).toMatch(
      /^AGENT_LOST \| lost the agent of service db while saying hello: its HTTP\/2 session failed/,
    );
  });

  test("with an error of its own, that is the reason", async () => {
    const [ours] = memoryDuplexPair();
    const agent = connect(ours, { label: "service db" });
    const hello = agent.hello(signal);
    ours.destroy(new Error("read ECONNRESET"));
    expect(await failureOf(hello)).toContain("its stream broke: read ECONNRESET");
  });

  test("what is known of it is waited for, but not for ever", async () => {
    vi.useFakeTimers();
    try {
      const explained = explainLoss({ reason: "its stream ended" }, () => new Promise(() => undefined));
      await vi.advanceTimersByTimeAsync(3_000);
      expect(await explained).toEqual({ reason: "its stream ended" });
    } finally {
      vi.useRealTimers();
    }
  });

  test("and what is known of it cannot be found out, the stream's own reason stands", async () => {
    const { agent, fake } = start({}, async () => Promise.reject(new Error("the engine is away")));
    await agent.hello(signal);
    fake.end();
    expect(await failureOf(agent.closed.then((error) => Promise.reject(error)))).toContain(
      "its stream ended",
    );
  });
});

describe("closing", () => {
  test("is no loss, but what is under way fails with AGENT_LOST", async () => {
    const { agent } = start({
      async *processes(_spec, io) {
        yield { stdout: await io.nextSignal() };
      },
    });
    const process = await agent.run({ argv: ["server"] }, signal);
    await agent[Symbol.asyncDispose]();
    expect(await agent.closed).toBeUndefined();
    expect(await failureOf(process.exit)).toBe(
      "AGENT_LOST | the connection to the agent of service db was closed while running server",
    );
    await agent[Symbol.asyncDispose]();
    expect(await failureOf(agent.hello(signal))).toContain("was closed while saying hello");
  });
});

describe("silence", () => {
  test("after hello is a loss when its time is up, with the agent's last words", async () => {
    const fake = fakeAgent({ intercept: () => true });
    const connection = openConnection(fake.stream, {
      label: "service db",
      agentLog: () => ["waiting for a lock"],
    });
    expect(await failureOf(sayHello(connection, { signal, within: 50 }))).toBe(
      "AGENT_LOST | the agent of service db did not answer within 0.1 s | waiting for a lock",
    );
    connection.close();
  });

  test("is a loss after three pings without an answer", async () => {
    const [ours] = memoryDuplexPair();
    const agent = connect(ours, { label: "service db", keepalive: { interval: 20 } });
    expect(await failureOf(agent.hello(signal))).toContain("it did not answer for");
  });

  test("is none while pings are answered", async () => {
    const fake = fakeAgent();
    const agent = connect(fake.stream, { label: "service db", keepalive: { interval: 50 } });
    await wait(400);
    expect(await agent.hello(signal)).toMatchObject({ protocol: 1 });
    await agent[Symbol.asyncDispose]();
    expect(await agent.closed).toBeUndefined();
  });
});

describe("an answer of the wrong shape", () => {
  test("is AGENT_PROTOCOL, and the connection goes on", async () => {
    const answers = ["{", "[]", '{"protocol":"one"}'];
    const { agent } = start({
      intercept(stream) {
        const answer = answers.shift();
        if (answer === undefined) return false;
        stream.respond({ ":status": 200 });
        stream.end(answer);
        return true;
      },
    });
    for (let at = 0; at < 3; at += 1) await expect(agent.hello(signal)).toThrowWithCode("AGENT_PROTOCOL");
    expect(await agent.hello(signal)).toMatchObject({ protocol: 1 });
    await agent[Symbol.asyncDispose]();
  });

  test("in a process's frames ends that process alone", async () => {
    const { agent } = start({
      intercept(stream, { path }) {
        if (path !== "/v1/processes") return false;
        stream.respond({ ":status": 200 });
        stream.write(Buffer.from("10000000010000000a7b22706964223a31377d", "hex"));
        setTimeout(() => stream.write(Buffer.from("11000000030000000178", "hex")), 10);
        return true;
      },
    });
    const process = await agent.run({ argv: ["tests"] }, signal);
    await expect(process.exit).toThrowWithCode("AGENT_PROTOCOL");
    expect(await agent.hello(signal)).toMatchObject({ protocol: 1 });
    await agent[Symbol.asyncDispose]();
  });

  test("such as a process's stream that ends without its exit, is a failure", async () => {
    const { agent } = start({
      intercept(stream, { path }) {
        if (path !== "/v1/processes") return false;
        stream.respond({ ":status": 200 });
        stream.end(Buffer.from("10000000010000000a7b22706964223a31377d", "hex"));
        return true;
      },
    });
    const process = await agent.run({ argv: ["tests"] }, signal);
    await expect(process.exit).toThrowWithCode("AGENT_PROTOCOL");
    await agent[Symbol.asyncDispose]();
  });
});
