import { readFile } from "node:fs/promises";
import type { SpaceKind } from "../../model/index.ts";
import type { MadeSpace, MakerOptions, SpaceKindDriver, SpaceMaker } from "../maker.ts";
import { carryOut, type MemoryCall, type MemoryCallName, type MemoryFault } from "./faults.ts";
import { connectTo, endConnections, type MemoryConnection, type MemorySpace } from "./server.ts";

/** A kind of server in this process's memory, with faults on demand: for tests. */
export interface MemoryKind {
  readonly driver: SpaceKindDriver;
  /** What is in the server, by name. */
  readonly spaces: Map<string, MemorySpace>;
  /** Every call so far. */
  readonly calls: MemoryCall[];
  /** Asked at each call what goes wrong. */
  fault: (call: MemoryCall) => MemoryFault | undefined;
  /** Connects as a client would. */
  connect(space: MadeSpace): MemoryConnection;
}

export interface MemoryOptions {
  /** The kind that it passes for. Default: postgres. */
  kind?: SpaceKind;
  /** What is in the server already: another one's `spaces`, to reach the same server without its faults. */
  spaces?: Map<string, MemorySpace>;
}

/** A server, empty unless said otherwise. */
export function createMemoryKind(options: MemoryOptions = {}): MemoryKind {
  const { kind = "postgres", spaces = new Map() } = options;
  const memory: MemoryKind = {
    driver: {
      kind,
      open: async (options) => await openMaker(memory, options),
      values: (space, { host, port }) => ({
        ...space.values,
        host,
        port: String(port),
        url: `memory://${space.values["user"]}:${space.values["password"]}@${host}:${port}/${space.name}`,
      }),
      env: (values) => ({ MEMORY_URL: values["url"] ?? "", MEMORY_HOST: values["host"] ?? "" }),
      client: (values) => ({ argv: ["memory", values["name"] ?? ""], env: {} }),
    },
    spaces,
    calls: [],
    fault: () => undefined,
    connect: (space) => connectTo(spaces, space),
  };
  return memory;
}

async function openMaker(memory: MemoryKind, options: MakerOptions): Promise<SpaceMaker> {
  const { plan, signal: opening } = options;
  const { spaces } = memory;
  const act = <T>(
    call: MemoryCallName,
    name: string,
    { work, signal }: { work: () => T; signal: AbortSignal },
  ) => {
    const at = { call, name };
    memory.calls.push(at);
    return carryOut({ at, fault: memory.fault(at), work, signal });
  };
  await act("open", plan.name, { work: () => undefined, signal: opening });
  const template = await buildTemplate(options);
  const sealed = `${options.prefix}template`;
  put(spaces, sealed, new Map(template));

  return {
    make: (name, signal) => act("make", name, { work: () => put(spaces, name, new Map(template)), signal }),
    async reset(made, signal) {
      const work = () => {
        const space = spaces.get(made.name);
        const isSafe = space !== undefined && !space.data.has(SCHEMA);
        if (!isSafe) return false;
        endConnections(space);
        space.data = new Map(template);
        space.label = "";
        space.uses += 1;
        made.values["password"] = passwordOf(made.name, space.uses);
        space.made = made;
        return true;
      };
      const at = { call: "reset", name: made.name } as const;
      memory.calls.push(at);
      const fault = memory.fault(at);
      if (fault?.kind === "unsafe") return false;
      return await carryOut({ at, fault, work, signal });
    },
    vacate: (name, signal) => act("vacate", name, { work: () => undefined, signal }),
    drop: (name, signal) => act("drop", name, { work: () => remove(spaces, name), signal }),
    list: (prefix, signal) =>
      act("list", prefix, {
        work: () => [...spaces.keys()].filter((name) => name.startsWith(prefix)),
        signal,
      }),
    label: (name, text, signal) =>
      act("label", name, {
        work() {
          // A place that is not there is made, as RabbitMQ does with a vhost.
          if (!spaces.has(name)) put(spaces, name, new Map());
          const space = spaces.get(name);
          if (space !== undefined) space.label = text;
        },
        signal,
      }),
    size: (space, signal) =>
      act("size", space.name, { work: () => bytesOf(spaces.get(space.name)?.data), signal }),
    async [Symbol.asyncDispose]() {
      remove(spaces, sealed);
    },
  };
}

/** An entry of this name cannot be put back, as a changed schema. */
export const SCHEMA = "schema";

/** Each file is an entry, by its path; what other steps do is theirs. */
async function buildTemplate({ plan, runStep, onNote, signal }: MakerOptions): Promise<Map<string, string>> {
  const data = new Map<string, string>();
  for (const step of plan.template.steps) {
    onNote(`building its template (${step.kind})`);
    if (step.kind !== "files") await runStep({ step, values: { name: plan.name }, env: {} }, signal);
    else for (const file of step.files) data.set(file, await readFile(file, "utf8"));
  }
  return data;
}

function put(spaces: Map<string, MemorySpace>, name: string, data: Map<string, string>): MadeSpace {
  if (spaces.has(name)) throw new Error(`${name} exists already`);
  const made = { name, port: 5432, values: { user: name, password: passwordOf(name, 0), name } };
  spaces.set(name, { made, data, label: "", uses: 0, connections: new Set() });
  return made;
}

function passwordOf(name: string, uses: number): string {
  return uses === 0 ? `secret of ${name}` : `secret of ${name} after ${uses}`;
}

function remove(spaces: Map<string, MemorySpace>, name: string): void {
  const space = spaces.get(name);
  if (space !== undefined) endConnections(space);
  spaces.delete(name);
}

function bytesOf(data: ReadonlyMap<string, string> | undefined): number {
  return [...(data ?? [])].reduce((sum, [key, value]) => sum + key.length + value.length, 1);
}
