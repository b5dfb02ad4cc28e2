import { setTimeout as wait } from "node:timers/promises";
import { type Engine, engineError, type WorkloadExit } from "../../engine/index.ts";
import { createMemoryEngine } from "../../engine/memory/index.ts";
import { deferred } from "../../support/abort.ts";
import { type FakeAgentOptions, serveFakeAgent } from "./fake-agent.ts";

export interface FakeEngineOptions {
  /** What runs in a container: an agent by script, or nothing that answers. */
  agent?: FakeAgentOptions | "silent" | undefined;
  /** Thrown in place of the calls of these names. */
  failing?: Partial<Record<"create" | "attach" | "start", Error>>;
  /** A container whose stream has ended goes on. */
  clingy?: boolean;
}

/** The engine in memory, slow and broken as the tests of installing and launching need it. */
export interface FakeEngine extends Engine {
  /** The calls so far: `load x`, `create x`, `wait`, `attach`, `start`, `remove`. */
  readonly calls: string[];
  volumeNames(): Promise<string[]>;
  workloadNames(): Promise<string[]>;
  /** The container ends by itself, with last words on stderr. */
  end(name: string, exit: WorkloadExit & { lastWords?: string }): void;
  /** A volume vanishes although it is in use. */
  dropVolume(name: string): void;
}

const NAME_VISIBLE_MS = 20;

export function fakeEngine(options: FakeEngineOptions = {}): FakeEngine {
  const calls: string[] = [];
  const beingCreated = new Set<string>();
  const dropped = new Set<string>();
  const running = new Map<string, { end: (exit: WorkloadExit) => void; say: (text: string) => void }>();
  const never = new AbortController().signal;
  const engine = createMemoryEngine({
    images: [{ reference: "app:1" }],
    programs: {
      "/.seatrial/agent": async ({ spec, stdio, writeStderr }) => {
        const exit = deferred<WorkloadExit>();
        running.set(spec.name, { end: exit.resolve, say: writeStderr });
        if (options.agent === "silent") stdio.resume();
        else serveFakeAgent(stdio, options.agent);
        stdio.once("close", () => {
          if (options.clingy !== true) exit.resolve({ exitCode: 0 });
        });
        return await exit.promise;
      },
    },
  });
  const { images, volumes, workloads } = engine;
  const note = (call: string, name = "") => {
    calls.push(`${call} ${name}`.trim());
    const error = options.failing?.[call as "create"];
    if (error !== undefined) throw error;
  };
  const volumesLeft = async (labels: Record<string, string>) =>
    (await volumes.list(labels, never)).filter(({ name }) => !dropped.has(name));
  const volumeNames = async () => (await volumesLeft({})).map(({ name }) => name);
  const workloadNames = async () => (await workloads.list({}, never)).map(({ name }) => name);

  return {
    ...engine,
    calls,
    workloadNames,
    volumeNames,
    end(name, { lastWords, ...exit }) {
      if (lastWords !== undefined) running.get(name)?.say(lastWords);
      running.get(name)?.end(exit);
    },
    dropVolume: (name) => void dropped.add(name),
    images: {
      ...images,
      async load(tar, given) {
        note("load", given.reference);
        await images.load(tar, given);
      },
    },
    volumes: { ...volumes, list: volumesLeft },
    workloads: {
      ...workloads,
      // As a real engine: the name is taken at once, the container is seen only when it is complete.
      async create(spec, signal) {
        note("create", spec.name);
        if (beingCreated.has(spec.name)) throw engineError({ code: "NAME_TAKEN", message: spec.name });
        beingCreated.add(spec.name);
        try {
          if (!(await workloadNames()).includes(spec.name)) await wait(NAME_VISIBLE_MS);
          return await workloads.create(spec, signal);
        } finally {
          beingCreated.delete(spec.name);
        }
      },
      async attach(id, given) {
        note("attach");
        return await workloads.attach(id, given);
      },
      async start(id, signal) {
        note("start");
        const volume = (await workloads.inspect(id, signal))?.volumes["/.seatrial"] ?? "";
        const labelled = (await volumes.list({ "seatrial.cache": "agent" }, signal)).map(({ name }) => name);
        if (!labelled.includes(volume)) {
          throw engineError({ code: "ENGINE_FAILED", message: "exec: /.seatrial/agent: no such file" });
        }
        await workloads.start(id, signal);
      },
      async waitForExit(id, signal) {
        note("wait");
        return await workloads.waitForExit(id, signal);
      },
      async remove(id, signal) {
        note("remove");
        await workloads.remove(id, signal);
      },
    },
  };
}
