import type { Duplex } from "node:stream";
import type { WorkloadExit } from "../../engine/index.ts";
import { deferred } from "../../support/abort.ts";
import { connect } from "../connect.ts";
import { lossOf } from "../ending.ts";
import type { Launcher, LaunchSpec } from "../launch.ts";
import { type FakeAgent, type FakeAgentOptions, fakeAgent, serveFakeAgent } from "./fake-agent.ts";

export interface FakeLauncher extends Launcher {
  /** What was launched, in order. */
  readonly specs: LaunchSpec[];
  /** The names of containers that have not ended. */
  running(): string[];
  /** The agent in a container that was launched. */
  agentOf(name: string): FakeAgent;
  /** A container ends by itself. */
  end(name: string, exit: WorkloadExit): void;
}

/** Launches scripted agents without an engine. A script that throws is a launch that fails. */
export function fakeLauncher(script: (spec: LaunchSpec) => FakeAgentOptions): FakeLauncher {
  const specs: LaunchSpec[] = [];
  const running = new Map<string, { agent: FakeAgent; end: (exit: WorkloadExit) => void }>();
  const find = (name: string) => {
    const found = running.get(name);
    if (found === undefined) throw new Error(`no container named ${name} runs`);
    return found;
  };
  return {
    specs,
    running: () => [...running.keys()],
    agentOf: (name) => find(name).agent,
    end: (name, exit) => find(name).end(exit),
    prepare: async () => undefined,
    reserve: async () => {
      throw new Error("no test without an engine reserves a container");
    },
    async launch(spec, signal) {
      signal.throwIfAborted();
      specs.push(spec);
      const fake = fakeAgent(script(spec));
      const exit = deferred<WorkloadExit>();
      const end = (how: WorkloadExit) => {
        running.delete(spec.name);
        exit.resolve(how);
        fake.end();
      };
      running.set(spec.name, { agent: fake, end });
      const label = spec.label ?? `container ${spec.name}`;
      const agent = connect(fake.stream, { label, onLoss: () => lossOf(exit.promise) });
      return {
        id: `id-of-${spec.name}`,
        name: spec.name,
        agent,
        exit: exit.promise,
        agentLog: () => [],
        async [Symbol.asyncDispose]() {
          await agent[Symbol.asyncDispose]();
          if (running.has(spec.name)) end({ exitCode: 0 });
        },
      };
    },
  };
}

/** The agent as a program of the engine in memory: `programs: { "/.seatrial/agent": fakeAgentProgram(script) }`. */
export function fakeAgentProgram<C extends { stdio: Duplex }>(
  script: (container: C) => FakeAgentOptions,
): (container: C) => Promise<number> {
  return async (container) => {
    const over = deferred<number>();
    container.stdio.once("close", () => over.resolve(0));
    serveFakeAgent(container.stdio, script(container));
    return await over.promise;
  };
}
