import { text } from "node:stream/consumers";
import { extract, pack } from "tar-stream";
import { describe, expect, test } from "vitest";
import { deferred } from "../support/abort.ts";
import type { AgentProcess } from "./agent.ts";
import { connect } from "./connect.ts";
import { type FakeAgentOptions, fakeAgent, memoryDuplexPair } from "./testing/index.ts";

const signal = new AbortController().signal;

function start(options: FakeAgentOptions = {}) {
  const fake = fakeAgent(options);
  return { fake, agent: connect(fake.stream, { label: "service db" }) };
}

async function outputOf(process: AgentProcess): Promise<string> {
  let all = "";
  for await (const { stream, data } of process.output) all += `${stream}:${data};`;
  return all;
}

describe("hello", () => {
  test("tells who is there", async () => {
    await using agent = start({ hello: { hostname: "db", addresses: ["10.1.2.3"] } }).agent;
    expect(await agent.hello(signal)).toMatchObject({ protocol: 1, hostname: "db", addresses: ["10.1.2.3"] });
  });

  test("fails with AGENT_PROTOCOL for another major version", async () => {
    await using agent = start({ hello: { protocol: 2 } }).agent;
    await expect(agent.hello(signal)).toThrowWithCode("AGENT_PROTOCOL");
  });
});

describe("a process", () => {
  test("gives its output in order, then its exit", async () => {
    const { agent, fake } = start({
      processes: () => [{ stdout: "one" }, { stderr: "two" }, { stdout: "three" }, { exit: 3 }],
    });
    await using _ = agent;
    const process = await agent.run({ argv: ["tests"], env: { A: "1" }, user: "app" }, signal);
    expect(await outputOf(process)).toBe("stdout:one;stderr:two;stdout:three;");
    expect(await process.exit).toMatchObject({ code: 3, signal: null });
    expect(fake.specs).toEqual([{ argv: ["tests"], env: { A: "1" }, user: "app" }]);
  });

  test("gets what is written to it, and the end of it", async () => {
    await using agent = start({
      async *processes(_spec, io) {
        yield { stdout: `read ${(await text(io.stdin)).length}` };
      },
    }).agent;
    const process = await agent.run({ argv: ["cat"], stdin: true }, signal);
    await process.write("x".repeat(3_000_000));
    await process.write(Buffer.from("yz"));
    await process.endInput();
    expect(await outputOf(process)).toBe("stdout:read 3000002;");
  });

  test("gets signals in order, and none after its end", async () => {
    await using agent = start({
      async *processes(_spec, io) {
        yield { stdout: await io.nextSignal() };
        yield { exit: { code: null, signal: await io.nextSignal() } };
      },
    }).agent;
    const process = await agent.run({ argv: ["server"] }, signal);
    await process.signal("TERM");
    await process.signal("KILL");
    expect(await outputOf(process)).toBe("stdout:TERM;");
    expect(await process.exit).toMatchObject({ code: null, signal: "KILL" });
    await process.signal("TERM");
    await process.write("nobody reads this");
    await process.endInput();
  });

  test("that cannot start is refused with the reason", async () => {
    await using agent = start({ processes: () => ({ refuse: "no such file: pytest" }) }).agent;
    const refused = agent.run({ argv: ["pytest"] }, signal);
    await expect(refused).rejects.toThrow("running pytest failed: no such file: pytest");
    await expect(refused).toThrowWithCode("PROCESS_NOT_STARTED");
  });

  test("whose environment is too large for a message is refused without being sent", async () => {
    const { agent, fake } = start({ processes: () => [] });
    await using _ = agent;
    const large = agent.run({ argv: ["x"], env: { LARGE: "x".repeat(1_100_000) } }, signal);
    await expect(large).toThrowWithCode("PROCESS_NOT_STARTED");
    expect(fake.specs).toEqual([]);
  });

  test("runs beside others", async () => {
    await using agent = start({
      async *processes(spec, io) {
        yield { stdout: `${spec.argv[0]} ${await io.nextSignal()}` };
      },
    }).agent;
    const names = Array.from({ length: 150 }, (_, at) => `p${at}`);
    const processes = await Promise.all(names.map((name) => agent.run({ argv: [name] }, signal)));
    await Promise.all(processes.map((process) => process.signal("INT")));
    expect(await Promise.all(processes.map(outputOf))).toEqual(names.map((name) => `stdout:${name} INT;`));
  });

  test("ends although its reader left early", async () => {
    await using agent = start({
      processes: () => Array.from({ length: 100 }, () => ({ stdout: Buffer.alloc(100_000) })),
    }).agent;
    const process = await agent.run({ argv: ["yes"] }, signal);
    for await (const _ of process.output) break;
    expect(await process.exit).toMatchObject({ code: 0 });
  });
});

describe("a probe", () => {
  test("carries its fields and its time, and answers", async () => {
    const asked: unknown[] = [];
    await using agent = start({
      probe(probe) {
        asked.push(probe);
        return { ready: false, saw: "connection refused" };
      },
    }).agent;
    const options = { timeout: 2_000, user: "app", env: { A: "1" }, signal };
    const spec = { kind: "postgres", port: 5432, user: "postgres", database: "shop" } as const;
    expect(await agent.probe(spec, options)).toEqual({ ready: false, saw: "connection refused" });
    await agent.probe({ kind: "command", argv: ["pg_isready"], timeout: 500 }, options);
    expect(asked).toEqual([
      { kind: "postgres", port: 5432, user: "postgres", database: "shop", timeout: 2_000 },
      { kind: "command", argv: ["pg_isready"], timeout: 500, user: "app", env: { A: "1" } },
    ]);
  });
});

describe("files", () => {
  test("go in and come out as tar streams", async () => {
    const { agent, fake } = start();
    await using _ = agent;
    const tar = pack();
    tar.entry({ name: "conf/app.toml", mode: 0o600 }, "port = 1");
    tar.entry({ name: "big.bin" }, Buffer.alloc(5_000_000, 7));
    tar.finalize();
    expect(await agent.files.put("/etc/app", tar, signal)).toEqual({ files: 2, bytes: 5_000_008 });
    expect(fake.files.get("/etc/app/conf/app.toml")).toMatchObject({ mode: 0o600 });

    const found: Record<string, number> = {};
    for await (const entry of (await agent.files.get("/etc/app", signal)).pipe(extract())) {
      found[entry.header.name] = entry.header.size ?? 0;
      entry.resume();
    }
    expect(found).toEqual({ "big.bin": 5_000_000, "conf/app.toml": 8 });
  });

  test("are looked for and listed, with build information when asked for", async () => {
    const go = { path: "shop/cart.test", module: "shop", goVersion: "go1.24", settings: { "-tags": "x" } };
    await using agent = start({
      files: new Map([
        ["/out/cart.test", { content: "12345", mode: 0o755, go }],
        ["/out/readme", { content: "" }],
      ]),
    }).agent;
    expect(await agent.files.stat("/out/readme", signal)).toMatchObject({ kind: "file", size: 0 });
    expect(await agent.files.stat("/out", signal)).toMatchObject({ kind: "folder" });
    expect(await agent.files.stat("/nowhere", signal)).toBeUndefined();
    const options = { suffix: ".test", buildInfo: true, signal };
    const [file, ...others] = await agent.files.list("/out", options);
    expect(file).toMatchObject({ path: "/out/cart.test", size: 5, mode: 0o755, go });
    expect(others).toEqual([]);
    await expect(agent.files.list("/nowhere", { signal })).toThrowWithCode("FILE_NOT_FOUND");
    await expect(agent.files.get("/nowhere", signal)).toThrowWithCode("FILE_NOT_FOUND");
  });

  test("that cannot be written are refused before all of them were sent, and the source is let go", async () => {
    await using agent = start({
      intercept(stream) {
        stream.respond({ ":status": 422 });
        stream.end(JSON.stringify({ code: "FILE_FAILED", message: "/etc/app: disk full" }));
        return true;
      },
    }).agent;
    const tar = pack();
    tar.entry({ name: "endless", size: 1_000_000_000 });
    await expect(agent.files.put("/etc/app", tar, signal)).toThrowWithCode("FILE_FAILED");
    expect(tar.destroyed).toBe(true);
  });

  test("whose source breaks fail with the source's own error", async () => {
    await using agent = start().agent;
    const tar = pack();
    const entry = tar.entry({ name: "half", size: 1000 });
    entry.on("error", () => undefined).write("only this");
    setImmediate(() => tar.destroy(new Error("the disk is gone")));
    await expect(agent.files.put("/etc", tar, signal)).rejects.toThrow("the disk is gone");
  });
});

describe("a tunnel", () => {
  test("passes bytes both ways, and each side's end on its own", async () => {
    const [near, far] = memoryDuplexPair();
    await using agent = start({ tunnel: ({ port }) => (port === 5432 ? near : undefined) }).agent;
    const tunnel = await agent.tunnel({ host: "db", port: 5432 }, signal);
    let received = 0;
    const asked = deferred<void>();
    far.on("data", (chunk: Buffer) => {
      received += chunk.length;
    });
    far.once("end", asked.resolve);
    tunnel.end("x".repeat(2_500_000));
    await asked.promise;
    expect(received).toBe(2_500_000);
    far.end("answered after the question had ended");
    expect(await text(tunnel)).toBe("answered after the question had ended");
    await expect(agent.tunnel({ host: "db", port: 1 }, signal)).toThrowWithCode("TUNNEL_REFUSED");
  });

  test("ends at once when our end is destroyed", async () => {
    const [near, far] = memoryDuplexPair();
    await using agent = start({ tunnel: () => near }).agent;
    const tunnel = await agent.tunnel({ host: "db", port: 5432 }, signal);
    const ended = text(far);
    tunnel.destroy();
    expect(await ended).toBe("");
  });

  test("fails with what the agent saw when the connection behind it breaks", async () => {
    const [near] = memoryDuplexPair();
    await using agent = start({ tunnel: () => near }).agent;
    const tunnel = await agent.tunnel({ host: "db", port: 5432 }, signal);
    const broken = deferred<Error>();
    tunnel.once("error", broken.resolve);
    near.destroy(new Error("connection reset by peer"));
    await expect(broken.promise.then((error) => Promise.reject(error))).toThrowWithCode("TUNNEL_REFUSED");
  });
});

describe("a relay", () => {
  test("hands over every client and passes its bytes", async () => {
    const { agent, fake } = start();
    await using _ = agent;
    await using relay = await agent.relay({
      onConnection: (connection) => void connection.pipe(connection),
      signal,
    });
    const clients = Array.from({ length: 10 }, () => fake.dial(relay.address.port));
    const answers = clients.map((client, at) => {
      client.end(`client ${at}`);
      return text(client);
    });
    expect(await Promise.all(answers)).toEqual(clients.map((_client, at) => `client ${at}`));
  });

  test("ends when it is closed, and says why when it ends by itself", async () => {
    const { agent, fake } = start();
    await using _ = agent;
    const relay = await agent.relay({ onConnection: () => undefined, signal });
    await relay[Symbol.asyncDispose]();
    expect(await relay.closed).toBeUndefined();
    expect(() => fake.dial(relay.address.port)).toThrow();

    const lost = await agent.relay({ onConnection: () => undefined, signal });
    fake.end();
    await expect(lost.closed.then((error) => Promise.reject(error))).toThrowWithCode("AGENT_LOST");
    await lost[Symbol.asyncDispose]();
  });
});
