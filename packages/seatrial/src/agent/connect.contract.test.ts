import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, connect as dial, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { extract, pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProbeSpec } from "../model/index.ts";
import { deferred } from "../support/abort.ts";
import type { AgentProcess } from "./agent.ts";
import { buildRealAgent, startRealAgent } from "./testing/real-agent.ts";

const signal = new AbortController().signal;
let folder = "";
beforeAll(async () => {
  await buildRealAgent();
  folder = await mkdtemp(join(tmpdir(), "seatrial-agent-"));
}, 300_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function outputOf(process: AgentProcess): Promise<{ stdout: string; stderr: string }> {
  const all = { stdout: "", stderr: "" };
  for await (const { stream, data } of process.output) all[stream] += data;
  return all;
}

async function isAlive(pid: number): Promise<boolean> {
  try {
    const status = await readFile(`/proc/${pid}/stat`, "utf8");
    return !/\) Z /.test(status);
  } catch {
    return false;
  }
}

/** Waits for a process to be gone; processes of other parents have no event. */
async function gone(pid: number): Promise<void> {
  const until = Date.now() + 5_000;
  while (await isAlive(pid)) {
    if (Date.now() > until) throw new Error(`process ${pid} is still alive`);
    await wait(10);
  }
}

async function listen(onConnection: (socket: Socket) => void) {
  const server = createServer({ allowHalfOpen: true }, onConnection);
  const listening = deferred<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("expected a port");
  return { port: address.port, [Symbol.dispose]: () => void server.close() };
}

describe("the real agent", () => {
  test("says hello", async () => {
    await using real = await startRealAgent();
    expect(await real.agent.hello(signal)).toMatchObject({ protocol: 1, uid: process.getuid?.() });
  });

  test("runs a process with its environment and folder, and gives its output and exit", async () => {
    await using real = await startRealAgent();
    const spec = { argv: ["sh", "-c", "pwd; echo $A >&2; exit 7"], env: { A: "one" }, workingDir: "/tmp" };
    const running = await real.agent.run(spec, signal);
    expect(running.pid).toBeGreaterThan(1);
    expect(await outputOf(running)).toEqual({ stdout: "/tmp\n", stderr: "one\n" });
    expect(await running.exit).toMatchObject({ code: 7, signal: null, outOfMemory: false });
  });

  test("passes stdin, its end, and signals", async () => {
    await using real = await startRealAgent();
    const sorter = await real.agent.run({ argv: ["wc", "-c"], stdin: true }, signal);
    await sorter.write("x".repeat(2_500_000));
    await sorter.endInput();
    expect((await outputOf(sorter)).stdout.trim()).toBe("2500000");

    const sleeper = await real.agent.run({ argv: ["sleep", "60"] }, signal);
    await sleeper.signal("TERM");
    expect(await sleeper.exit).toMatchObject({ code: null, signal: "TERM" });
  });

  test("gives a process a terminal, and resizes it", async () => {
    await using real = await startRealAgent();
    const script = "stty size; read line; stty size";
    const spec = { argv: ["sh", "-c", script], terminal: { columns: 100, rows: 30 } };
    const shell = await real.agent.run(spec, signal);
    let seen = "";
    for await (const { data } of shell.output) {
      if (seen === "") {
        expect(data.toString()).toBe("30 100\r\n");
        await shell.resize({ columns: 80, rows: 24 });
        await shell.write("\n");
      }
      seen += data;
    }
    expect(seen).toContain("24 80");
  });

  test("refuses a program that is not there", async () => {
    await using real = await startRealAgent();
    await expect(real.agent.run({ argv: ["/no/such/program"] }, signal)).toThrowWithCode(
      "PROCESS_NOT_STARTED",
    );
  });

  test("kills a process and its children when its run is aborted", async () => {
    await using real = await startRealAgent();
    const controller = new AbortController();
    const script = "trap '' TERM; sleep 60 & echo $!; wait";
    const running = await real.agent.run({ argv: ["sh", "-c", script] }, controller.signal);
    const first = await running.output[Symbol.asyncIterator]().next();
    const child = Number(first.value?.data);
    controller.abort(new Error("time is up"));
    await expect(running.exit).rejects.toThrow("time is up");
    await gone(child);
    await gone(running.pid);
  });

  test("ends with its connection, and so does everything that it started", async () => {
    const real = await startRealAgent();
    const running = await real.agent.run({ argv: ["sh", "-c", "sleep 60 & echo $!; wait"] }, signal);
    const first = await running.output[Symbol.asyncIterator]().next();
    await real[Symbol.asyncDispose]();
    await gone(Number(first.value?.data));
    await gone(running.pid);
    expect(await real.agent.closed).toBeUndefined();
  });

  test("that is killed in the middle of output loses nothing that it had sent", async () => {
    const real = await startRealAgent();
    const script = "i=0; while [ $i -lt 2000 ]; do echo $i; i=$((i+1)); done; echo done; sleep 60";
    const running = await real.agent.run({ argv: ["sh", "-c", script] }, signal);
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { data } of running.output) {
        seen.push(data.toString());
        if (seen.join("").endsWith("done\n")) real.child.kill("SIGKILL");
      }
    })();
    await expect(reading).toThrowWithCode("AGENT_LOST");
    await expect(running.exit).toThrowWithCode("AGENT_LOST");
    expect(seen.join("").trim().split("\n")).toHaveLength(2001);
    expect(await real.ended).toBe("SIGKILL");
  });

  test("passes 100 MB of output whole within 10 s, to a reader that is slow at first, in bounded memory", async () => {
    await using real = await startRealAgent();
    const before = process.memoryUsage().rss;
    const running = await real.agent.run({ argv: ["head", "-c", "100000000", "/dev/zero"] }, signal);
    await wait(500);
    const waiting = process.memoryUsage().rss - before;
    let bytes = 0;
    let most = 0;
    const from = Date.now();
    for await (const { data } of running.output) {
      bytes += data.length;
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    expect(bytes).toBe(100_000_000);
    expect(await running.exit).toMatchObject({ code: 0 });
    expect(Date.now() - from).toBeLessThan(10_000);
    expect(waiting).toBeLessThan(20_000_000);
    expect(most).toBeLessThan(80_000_000);
  });

  test("stops a process whose output nobody reads, and goes on with it later", async () => {
    await using real = await startRealAgent();
    const file = join(folder, "progress");
    const script = `i=0; while [ $i -lt 400 ]; do head -c 65536 /dev/zero; i=$((i+1)); echo $i > ${file}; done`;
    const running = await real.agent.run({ argv: ["sh", "-c", script] }, signal);
    // What fits into windows and pipes is written; all of it would be 26 MB.
    await wait(2_000);
    expect(Number(await readFile(file, "utf8")) * 65_536).toBeLessThan(4_000_000);
    let bytes = 0;
    for await (const { data } of running.output) bytes += data.length;
    expect(bytes).toBe(400 * 65_536);
  });

  test("takes files in and gives them out, and finds them", async () => {
    await using real = await startRealAgent();
    const { files } = real.agent;
    const place = join(folder, "in/deep");
    const tar = pack();
    tar.entry({ name: "conf/app.toml", mode: 0o600 }, "port = 1");
    tar.entry({ name: "big.bin" }, Buffer.alloc(20_000_000, 7));
    tar.finalize();
    expect(await files.put(place, tar, signal)).toEqual({ files: 2, bytes: 20_000_008 });
    expect(await files.stat(join(place, "conf/app.toml"), signal)).toMatchObject({ size: 8, mode: 0o600 });
    expect(await files.stat("/no/such", signal)).toBeUndefined();
    expect((await files.list(place, { suffix: ".toml", signal })).map(({ path }) => path)).toEqual([
      join(place, "conf/app.toml"),
    ]);
    const found: Record<string, number> = {};
    for await (const entry of (await files.get(place, signal)).pipe(extract())) {
      if (entry.header.type === "file") found[entry.header.name] = entry.header.size ?? 0;
      entry.resume();
    }
    expect(found).toEqual({ "big.bin": 20_000_000, "conf/app.toml": 8 });
    await expect(files.get("/no/such", signal)).toThrowWithCode("FILE_NOT_FOUND");
  });

  test("reads the build information of its own binary", async () => {
    await using real = await startRealAgent();
    const binary = await real.agent.files.list(`/proc/${real.child.pid}/exe`, { buildInfo: true, signal });
    expect(binary[0]?.go?.goVersion).toMatch(/^go1\./);
    expect(binary[0]?.go?.settings).toMatchObject({ CGO_ENABLED: "0" });
  });

  test("refuses a tar that climbs out of its folder, although it goes on for long", async () => {
    await using real = await startRealAgent();
    // Now and then the refusal comes while something is being sent, which Node's streams take in another way.
    for (let round = 0; round < 50; round += 1) {
      const tar = pack();
      tar.entry({ name: "../../escape" }, "x");
      tar.entry({ name: "endless", size: 1_000_000_000 }).on("error", () => undefined);
      await expect(real.agent.files.put(join(folder, "jail"), tar, signal)).toThrowWithCode("FILE_FAILED");
      expect(tar.destroyed).toBe(true);
    }
  });

  test("is asked for a port, and says what it saw", async () => {
    using server = await listen((socket) => socket.end());
    await using real = await startRealAgent();
    const options = { timeout: 2_000, host: "127.0.0.1", signal };
    expect(await real.agent.probe({ kind: "tcp", port: server.port }, options)).toMatchObject({
      ready: true,
    });
    expect(await real.agent.probe({ kind: "tcp", port: 1 }, options)).toMatchObject({ ready: false });
    const command: ProbeSpec = { kind: "command", argv: ["sh", "-c", "echo no; exit 3"], timeout: 1_000 };
    expect(await real.agent.probe(command, options)).toMatchObject({
      ready: false,
      saw: expect.stringContaining("3"),
    });
  });

  test("tunnels both ways, and each side's end on its own", async () => {
    using server = await listen((socket) => {
      let asked = 0;
      socket.on("data", (chunk) => {
        asked += chunk.length;
      });
      socket.once("end", () => socket.end(`got ${asked}`));
    });
    await using real = await startRealAgent();
    const tunnel = await real.agent.tunnel({ host: "127.0.0.1", port: server.port }, signal);
    tunnel.end("x".repeat(5_000_000));
    expect(await text(tunnel)).toBe("got 5000000");
    await expect(real.agent.tunnel({ host: "127.0.0.1", port: 1 }, signal)).toThrowWithCode("TUNNEL_REFUSED");
  });

  test("notices a tunnel's connection that breaks", async () => {
    using server = await listen((socket) => socket.once("data", () => socket.resetAndDestroy()));
    await using real = await startRealAgent();
    const tunnel = await real.agent.tunnel({ host: "127.0.0.1", port: server.port }, signal);
    tunnel.write("hello");
    await expect(text(tunnel)).toThrowWithCode("TUNNEL_REFUSED");
  });

  test("relays clients to the owner, many at once, and no more after its end", async () => {
    await using real = await startRealAgent();
    const relay = await real.agent.relay({
      onConnection: (connection) => void connection.pipe(connection),
      signal,
    });
    const { host, port } = relay.address;
    const asked = Array.from({ length: 20 }, (_, at) => `client ${at} ${"x".repeat(at * 10_000)}`);
    const answers = asked.map((question) => text(dial({ host, port, allowHalfOpen: true }).end(question)));
    expect(await Promise.all(answers)).toEqual(asked);
    await relay[Symbol.asyncDispose]();
    expect(await relay.closed).toBeUndefined();
    await expect(text(dial({ host, port }))).rejects.toThrow("ECONNREFUSED");
  });
});
