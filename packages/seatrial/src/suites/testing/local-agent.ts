import { spawn } from "node:child_process";
import { PassThrough } from "node:stream";
import type { Agent, AgentProcess, OutputChunk, ProcessExit, ProcessSpec } from "../../agent/index.ts";
import { agentError } from "../../agent/index.ts";
import { deferred } from "../../support/abort.ts";
import { type LocalFilesOptions, localFiles } from "./local-files.ts";

export interface LocalAgent extends Agent {
  /** Every process that was asked for, in order. */
  readonly specs: ProcessSpec[];
  /** Signals that were sent to processes. */
  readonly signals: string[];
  /** The connection breaks: what runs is lost. */
  lose(): void;
}

export interface LocalAgentOptions extends LocalFilesOptions {
  /** What to say about a process's end, in place of what is true. */
  exit?: Partial<ProcessExit> | undefined;
}

/** An agent that works on this machine in place of a container: real processes and real files, for tests. */
export function localAgent(options: LocalAgentOptions = {}): LocalAgent {
  const specs: ProcessSpec[] = [];
  const signals: string[] = [];
  const losing = new AbortController();
  const refuse = () => Promise.reject(new Error("not part of the local agent"));
  return {
    specs,
    signals,
    lose: () => losing.abort(lost()),
    run(spec, signal) {
      specs.push(spec);
      return start({ spec, signals, signal: AbortSignal.any([signal, losing.signal]), exit: options.exit });
    },
    files: localFiles(options, losing.signal),
    hello: refuse,
    probe: refuse,
    tunnel: refuse,
    relay: refuse,
    closed: new Promise(() => undefined),
    async [Symbol.asyncDispose]() {
      losing.abort(lost());
    },
  };
}

function lost() {
  return agentError({ code: "AGENT_LOST", message: "lost the agent of the test: the container ended" });
}

async function start(options: {
  spec: ProcessSpec;
  signals: string[];
  signal: AbortSignal;
  exit: Partial<ProcessExit> | undefined;
}): Promise<AgentProcess> {
  const { spec, signal } = options;
  signal.throwIfAborted();
  const [file = "", ...args] = spec.argv;
  const began = performance.now();
  const child = spawn(file, args, {
    cwd: spec.workingDir,
    env: { ...process.env, ...spec.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const started = deferred<void>();
  const exit = deferred<ProcessExit>();
  exit.promise.catch(() => undefined);
  const output = new PassThrough({ objectMode: true, highWaterMark: 8 });
  // Who drops a process does not read on.
  output.on("error", () => undefined);
  const kill = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // It has ended in the meantime.
    }
  };
  const drop = () => {
    kill("SIGKILL");
    exit.reject(signal.reason);
    output.destroy(signal.reason as Error);
  };
  signal.addEventListener("abort", drop, { once: true });
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].on("data", (data: Buffer) => {
      if (output.destroyed || output.write({ stream, data } satisfies OutputChunk)) return;
      child[stream].pause();
      output.once("drain", () => child[stream].resume());
    });
  }
  child.once("spawn", () => started.resolve());
  child.once("error", (error) =>
    started.reject(
      agentError({ code: "PROCESS_NOT_STARTED", message: `${file}: ${error.message}`, exitCode: 1 }),
    ),
  );
  child.once("close", (code, name) => {
    signal.removeEventListener("abort", drop);
    output.end();
    const duration = Math.round(performance.now() - began);
    const facts = { code, signal: name, outOfMemory: false, duration, maxMemoryBytes: 0, cpu: 0 };
    exit.resolve({ ...facts, ...options.exit });
  });
  await started.promise;
  return {
    pid: child.pid ?? 0,
    output,
    exit: exit.promise,
    async signal(name) {
      options.signals.push(name);
      kill(`SIG${name}` as NodeJS.Signals);
    },
    write: () => Promise.resolve(),
    endInput: () => Promise.resolve(),
    resize: () => Promise.resolve(),
  };
}
