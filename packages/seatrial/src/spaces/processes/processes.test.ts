import { PassThrough } from "node:stream";
import { expect, onTestFinished, test, vi } from "vitest";
import { type AgentProcess, agentError, type OutputChunk, type ProcessExit } from "../../agent/index.ts";
import { memoryDuplexPair } from "../../agent/testing/index.ts";
import { type Deferred, deferred } from "../../support/abort.ts";
import type { SpaceServer } from "../maker.ts";
import { createProcesses } from "./processes.ts";
import type { ServerProgram } from "./program.ts";

const signal = new AbortController().signal;
const EXIT: ProcessExit = {
  code: 0,
  signal: null,
  outOfMemory: false,
  duration: 1,
  maxMemoryBytes: 1,
  cpu: 1,
};

interface FakeChild {
  argv: string[];
  input: string;
  signals: string[];
  /** It does not end when it is killed: the machine is too busy. */
  survives: boolean;
  say(line: string): void;
  exit(how: Partial<ProcessExit>): void;
}

/** A container in which each process does what the script says. */
function fakeServer(script: (child: FakeChild) => void, missing: string[] = []) {
  const children: FakeChild[] = [];
  const server: SpaceServer = {
    service: "cache",
    port: 1,
    admin: {},
    env: {},
    dial: async () => memoryDuplexPair()[0],
    readFile: async () => undefined,
    writeFile: async () => undefined,
    async run({ argv }) {
      if (missing.includes(argv[0] ?? "")) {
        throw agentError({ code: "PROCESS_NOT_STARTED", message: `no ${argv[0]}` });
      }
      const output = new PassThrough({ objectMode: true });
      const exit: Deferred<ProcessExit> = deferred();
      const child: FakeChild = {
        argv,
        input: "",
        signals: [],
        survives: false,
        say: (line) =>
          void output.write({ stream: "stdout", data: Buffer.from(`${line}\n`) } satisfies OutputChunk),
        exit(how) {
          output.end();
          exit.resolve({ ...EXIT, ...how });
        },
      };
      children.push(child);
      const process: AgentProcess = {
        pid: children.length,
        output: withFirst(argv.includes("--quick") ? ["serving\n"] : [], output),
        exit: exit.promise,
        async write(data) {
          child.input += data;
        },
        endInput: async () => script(child),
        async signal(name) {
          child.signals.push(name);
          if (name === "KILL" && !child.survives) child.exit({ code: null, signal: "KILL" });
        },
        resize: async () => undefined,
      };
      return process;
    },
  };
  return { server, children };
}

/** Gives what is there already without any delay, as the agent's output does. */
function withFirst(first: string[], rest: AsyncIterable<OutputChunk>): AsyncIterable<OutputChunk> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = rest[Symbol.asyncIterator]();
      return {
        async next() {
          const line = first.shift();
          if (line === undefined) return await iterator.next();
          return { done: false, value: { stream: "stdout", data: Buffer.from(line) } };
        },
      };
    },
  };
}

function program(change: Partial<ServerProgram> = {}): ServerProgram {
  return {
    title: "testd",
    programs: ["testd"],
    command: (port) => ({ args: [`${port}`], input: "config" }),
    ready: /serving/,
    portTaken: /in use/,
    ask: async () => undefined,
    ...change,
  };
}

function open(script: (child: FakeChild) => void, missing?: string[]) {
  const lost: [string, string][] = [];
  const { server, children } = fakeServer(script, missing);
  const processes = createProcesses({ server, onLost: (...about) => void lost.push(about) });
  return { processes, children, lost };
}

test("a process is told its configuration, is there once it says so and answers, and is killed when stopped", async () => {
  const { processes, children, lost } = open((child) => child.say("now serving"));
  let asked = 0;
  const started = await processes.start("a", program({ ask: async () => void asked++ }), signal);
  expect(asked).toBe(1);
  expect(children[0]).toMatchObject({ argv: ["testd", `${started.port}`], input: "config" });
  expect(processes.names("")).toEqual(["a"]);
  await processes.stop("a");
  await processes.stop("a");
  expect(children[0]?.signals).toEqual(["KILL"]);
  expect(processes.names("")).toEqual([]);
  expect(lost).toEqual([]);
});

test("a process that is ready before anybody listens to it is not waited for", async () => {
  const { processes } = open(() => undefined);
  const quick = program({ command: () => ({ args: ["--quick"] }) });
  await processes.start("a", quick, signal);
});

test("a taken port is left to whoever has it", async () => {
  let taken = 3;
  const { processes, children } = open((child) => {
    if (taken-- > 0) {
      child.say("bind: Address already in use");
      child.exit({ code: 1 });
    } else child.say("serving");
  });
  const { port } = await processes.start("a", program(), signal);
  const ports = children.map(({ argv }) => Number(argv[1]));
  expect(new Set(ports).size).toBe(4);
  expect(ports.at(-1)).toBe(port);
});

test("a process that ends before it is ready fails with its last lines, and is in no list", async () => {
  const { processes, lost } = open((child) => {
    child.say("Bad directive 'x'");
    child.exit({ code: 1 });
  });
  const error = await processes.start("a", program(), signal).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "SPACE_NOT_MADE", lastLines: ["Bad directive 'x'"] });
  expect(String(error)).toContain("ended with code 1");
  expect(processes.names("")).toEqual([]);
  expect(lost).toEqual([]);
});

test("a process that does not answer as it should is killed", async () => {
  const { processes, children } = open((child) => child.say("serving"));
  const refuse = program({ ask: () => Promise.reject(new Error("WRONGPASS")) });
  await expect(processes.start("a", refuse, signal)).rejects.toThrow("WRONGPASS");
  expect(children[0]?.signals).toEqual(["KILL"]);
});

test("broken off, a process that is not ready yet is killed", async () => {
  const stop = new AbortController();
  const { processes, children } = open(() => stop.abort(new Error("enough")));
  await expect(processes.start("a", program(), stop.signal)).rejects.toThrow("enough");
  expect(children[0]?.signals).toEqual(["KILL"]);
  expect(processes.names("")).toEqual([]);
});

test("the first program that the image has is taken; none of them is an error that names them", async () => {
  const programs = ["absent", "testd"];
  const { processes, children } = open((child) => child.say("serving"), ["absent"]);
  await processes.start("a", program({ programs }), signal);
  expect(children[0]?.argv[0]).toBe("testd");
  const error = await processes
    .start("b", program({ programs: ["absent"] }), signal)
    .catch((thrown) => thrown);
  expect(error).toMatchObject({ code: "SPACE_NOT_MADE", message: expect.stringContaining("absent") });
});

test("a process that ends by itself is told of once, and is to be stopped all the same", async () => {
  const { processes, children, lost } = open((child) => child.say("serving"));
  await processes.start("a", program(), signal);
  children[0]?.exit({ code: null, signal: "SEGV", outOfMemory: true });
  await new Promise(setImmediate);
  expect(lost).toEqual([["a", "testd of a was ended by SEGV for want of memory"]]);
  expect(processes.names("")).toEqual(["a"]);
  await processes.stop("a");
  expect(processes.names("")).toEqual([]);
  expect(lost).toHaveLength(1);
});

test("a process that did not end in time is killed again, and has ended when it has", async () => {
  const { processes, children } = open((child) => {
    child.survives = true;
    child.say("serving");
  });
  await processes.start("a", program(), signal);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  for (let tries = 1; tries <= 2; tries += 1) {
    const stopping = processes.stop("a");
    stopping.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(10_000);
    await expect(stopping).toThrowWithCode("SPACE_SERVER_LOST");
    expect(children[0]?.signals).toHaveLength(tries);
  }
  children[0]?.exit({ code: null, signal: "KILL" });
  await processes.stop("a");
  expect(processes.names("")).toEqual([]);
});

test("closing ends all of them, those that are starting too, and lets no other begin", async () => {
  const { processes, children } = open((child) => void setTimeout(() => child.say("serving"), 20));
  await processes.start("a", program(), signal);
  const late = processes.start("b", program(), signal);
  await processes[Symbol.asyncDispose]();
  await late;
  expect(children.map(({ signals }) => signals)).toEqual([["KILL"], ["KILL"]]);
  await expect(processes.start("c", program(), signal)).toThrowWithCode("SPACE_NOT_MADE");
});
