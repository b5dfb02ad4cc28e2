import { describe, expect, test, vi } from "vitest";
import { agentError } from "../agent/index.ts";
import { runProcess } from "./process.ts";
import { localAgent } from "./testing/local-agent.ts";
import { heldBytes } from "./testing/memory.ts";

// Real processes take their time on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const node = (script: string) => ({ argv: [process.execPath, "-e", script] });
const never = new AbortController().signal;

function collecting() {
  const seen = { stdout: "", stderr: "" };
  return {
    seen,
    onLines: async (stream: "stdout" | "stderr", lines: Buffer) => {
      seen[stream] += lines.toString();
    },
  };
}

test("output comes in complete lines, and the exit after it", async () => {
  const { seen, onLines } = collecting();
  const script = "process.stdout.write('no newline'); console.error('err'); process.exitCode = 4";
  const end = await runProcess({
    agent: localAgent(),
    process: node(script),
    onLines,
    signal: never,
    grace: 100,
  });
  expect(seen).toEqual({ stdout: "no newline", stderr: "err\n" });
  expect(end).toMatchObject({ exit: { code: 4 }, interrupted: false });
});

describe("ending", () => {
  test("TERM comes first, and what the process still says counts", async () => {
    const { seen, onLines } = collecting();
    const agent = localAgent();
    const stop = new AbortController();
    const script =
      "process.on('SIGTERM', () => { console.log('bye'); process.exit(0) }); console.log('up'); setInterval(() => {}, 1000)";
    const end = await runProcess({
      agent,
      process: node(script),
      async onLines(stream, lines) {
        await onLines(stream, lines);
        stop.abort();
      },
      signal: stop.signal,
      grace: 10_000,
    });
    expect(seen.stdout).toBe("up\nbye\n");
    expect(end).toMatchObject({ exit: { code: 0 }, interrupted: true });
    expect(agent.signals).toEqual(["TERM"]);
  });

  test("KILL follows for a process, and its children, that ignore TERM", async () => {
    const { onLines } = collecting();
    const agent = localAgent();
    const stop = new AbortController();
    const child = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)";
    const script = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' }); ${child}; console.log('up')`;
    const end = await runProcess({
      agent,
      process: node(script),
      async onLines(stream, lines) {
        await onLines(stream, lines);
        stop.abort();
      },
      signal: stop.signal,
      grace: 200,
    });
    expect(end).toMatchObject({ exit: { signal: "SIGKILL" }, interrupted: true });
    expect(agent.signals).toEqual(["TERM", "KILL"]);
  });

  test("a process that outlives KILL is given up", async () => {
    const stop = new AbortController();
    const stuck = {
      ...localAgent(),
      run: async () => ({
        pid: 7,
        output: (async function* () {
          await new Promise(() => undefined);
          yield { stream: "stdout" as const, data: Buffer.from("") };
        })(),
        exit: new Promise<never>(() => undefined),
        signal: () => Promise.reject(new Error("no answer")),
        write: () => Promise.resolve(),
        endInput: () => Promise.resolve(),
        resize: () => Promise.resolve(),
      }),
    };
    setTimeout(() => stop.abort(), 20);
    const end = await runProcess({
      agent: stuck,
      process: node(""),
      onLines: async () => undefined,
      signal: stop.signal,
      grace: 30,
    });
    expect(end).toMatchObject({ interrupted: true, error: { code: "SUITE_STUCK" } });
  });

  test("nothing is started when it is too late", async () => {
    const agent = localAgent();
    const end = await runProcess({
      agent,
      process: node(""),
      onLines: async () => undefined,
      signal: AbortSignal.abort(),
      grace: 30,
    });
    expect(end).toEqual({ interrupted: true });
    expect(agent.specs).toEqual([]);
  });
});

describe("faults", () => {
  test("a connection that breaks is part of the answer, and what came before is kept", async () => {
    const { seen, onLines } = collecting();
    const agent = localAgent();
    const end = await runProcess({
      agent,
      process: node("console.log('up'); setInterval(() => {}, 1000)"),
      async onLines(stream, lines) {
        await onLines(stream, lines);
        agent.lose();
      },
      signal: never,
      grace: 100,
    });
    expect(seen.stdout).toBe("up\n");
    expect(end).toMatchObject({ error: { code: "AGENT_LOST" }, interrupted: false });
  });

  test("a sink that fails with an error of ours ends the process and is the answer", async () => {
    const full = agentError({ code: "FILE_FAILED", message: "no space left on device" });
    const end = await runProcess({
      agent: localAgent(),
      process: node("console.log('up'); setInterval(() => {}, 1000)"),
      onLines: () => Promise.reject(full),
      signal: never,
      grace: 100,
    });
    expect(end).toEqual({ error: full, interrupted: false });
  });

  test("a sink that fails with anything else is a bug, and is not hidden", async () => {
    const run = runProcess({
      agent: localAgent(),
      process: node("console.log('up'); setInterval(() => {}, 1000)"),
      onLines: () => Promise.reject(new TypeError("bug")),
      signal: never,
      grace: 100,
    });
    await expect(run).rejects.toThrow("bug");
  });
});

test("20 MB of output reach a slow sink whole, in bounded memory", { timeout: 60_000 }, async () => {
  const script = `
const line = Buffer.from("x".repeat(99) + "\\n").toString().repeat(10_000);
let left = 20;
const more = () => { while (left-- > 0) if (!process.stdout.write(line)) return process.stdout.once("drain", more); };
more();`;
  let bytes = 0;
  let most = 0;
  const before = heldBytes();
  const end = await runProcess({
    agent: localAgent(),
    process: node(script),
    async onLines(_, lines) {
      bytes += lines.length;
      if (bytes % 2_000_000 < lines.length) {
        // Time enough for all that is left to come, if somebody took it.
        await new Promise((resolve) => setTimeout(resolve, 50));
        most = Math.max(most, heldBytes() - before);
      }
    },
    signal: never,
    grace: 100,
  });
  expect(end.exit?.code).toBe(0);
  expect(bytes).toBe(20_000_000);
  expect(most).toBeLessThan(10_000_000);
});
