import { connect } from "../../agent/connect.ts";
import { type Agent, createLauncher } from "../../agent/index.ts";
import { type FakeAgentOptions, fakeAgent, fakeAgentProgram } from "../../agent/testing/index.ts";
import type { Engine } from "../../engine/index.ts";
import { createMemoryEngine, type MemoryContainer, type MemoryImageSpec } from "../../engine/memory/index.ts";
import type { ImageIdentity, Log, Logs, NodeRef, ServiceSpec } from "../../model/index.ts";
import type { ServicePlan } from "../plan.ts";
import type { ServiceRuntime } from "../runtime.ts";
import { createSnapshotStore, type SnapshotStore, type UsageJournal } from "../snapshot-store.ts";

/** A service with nothing special about it, from an image that the engine holds. */
export function serviceSpec(changes: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    name: "db",
    image: { kind: "reference", reference: "db:1", pull: "missing" },
    command: ["serve"],
    env: {},
    aliases: [],
    files: [],
    mounts: [],
    dependsOn: [],
    readiness: { probes: [{ kind: "tcp", port: 5432 }], deadline: 5_000 },
    oneShot: false,
    stopGrace: 10_000,
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
    labels: {},
    durable: false,
    snapshots: true,
    ...changes,
  };
}

/** The plan of such a service. */
export function servicePlan(
  changes: Partial<ServiceSpec> = {},
  rest: Partial<Omit<ServicePlan, "spec">> = {},
): ServicePlan {
  return { spec: serviceSpec(changes), confirmations: 1, asksImage: false, ...rest };
}

/** What a container's agent does, by the name of the service in it. */
export type Script = (service: string, container: MemoryContainer) => FakeAgentOptions;

/** An engine in memory whose containers run scripted agents, and a run's runtime in it. */
export interface World {
  engine: Engine;
  runtime: ServiceRuntime;
  snapshots: SnapshotStore;
  notes: string[];
  onNote: (note: string) => void;
  /** Everything that a service's process wrote. */
  textOf(service: string): string;
  /** The names of the containers that are left, without the agent's own. */
  containers(): Promise<string[]>;
}

const ANY = new AbortController().signal;

export async function makeWorld(options: {
  script: Script;
  images?: MemoryImageSpec[] | undefined;
  registry?: MemoryImageSpec[] | undefined;
  built?: ReadonlyMap<string, ImageIdentity> | undefined;
  now?: (() => number) | undefined;
  /** Wraps the engine, to let some of its calls fail. */
  wrap?: ((engine: Engine) => Engine) | undefined;
}): Promise<World> {
  const plain = createMemoryEngine({
    images: options.images ?? [{ reference: "db:1" }],
    registry: options.registry,
    programs: {
      "/.seatrial/agent": fakeAgentProgram((container: MemoryContainer) =>
        options.script(container.spec.labels["seatrial.service"] ?? "", container),
      ),
    },
  });
  const engine = options.wrap?.(plain) ?? plain;
  // Whatever this file holds: nothing in memory is executed.
  const launcher = createLauncher({ engine, agentBinary: async () => import.meta.filename });
  const network = await engine.networks.create(
    { name: "seatrial-r1", labels: {}, subnet: "10.9.0.0/26", internal: false },
    ANY,
  );
  const { logs, textOf } = memoryLogs();
  const snapshots = createSnapshotStore({ engine, usage: memoryUsage() });
  const notes: string[] = [];
  return {
    engine,
    snapshots,
    notes,
    onNote: (note) => void notes.push(note),
    textOf,
    async containers() {
      const all = await engine.workloads.list({}, ANY);
      return all.map(({ name }) => name).filter((name) => !name.startsWith("seatrial-agent-"));
    },
    runtime: {
      run: "r1",
      engine,
      launcher,
      network: async () => network,
      labels: { "seatrial.kind": "run", "seatrial.run": "r1", "seatrial.project": "shop" },
      built: options.built ?? new Map(),
      logs,
      snapshots,
      now: options.now ?? (() => performance.now()),
    },
  };
}

/** A scripted agent without a container around it. */
export function connectedAgent(options: FakeAgentOptions): Agent {
  return connect(fakeAgent(options).stream, { label: "the test's agent" });
}

/** Logs in memory, each with everything that was written to it. */
export function memoryLogs(): { logs: Logs; textOf: (name: string) => string } {
  const texts = new Map<string, string>();
  const open = (node: NodeRef): Log => ({
    file: `logs/${node.name}.log`,
    async write(_stream, chunk) {
      texts.set(node.name, (texts.get(node.name) ?? "") + Buffer.from(chunk).toString());
    },
    lastLines: (count) =>
      (texts.get(node.name) ?? "")
        .split("\n")
        .filter((line) => line !== "")
        .slice(-count),
  });
  return { logs: { open, close: async () => undefined }, textOf: (name) => texts.get(name) ?? "" };
}

/** A journal of use in memory. Every use is a millisecond after the one before. */
export function memoryUsage(): UsageJournal {
  const used = new Map<string, number>();
  let clock = Date.UTC(2030, 0, 1);
  return {
    async touch(key) {
      clock += 1;
      used.set(key, clock);
    },
    async lastUsed(key) {
      const at = used.get(key);
      return at === undefined ? undefined : new Date(at);
    },
    async forget(key) {
      used.delete(key);
    },
  };
}
