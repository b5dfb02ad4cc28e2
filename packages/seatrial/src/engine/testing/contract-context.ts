import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import { afterAll, beforeAll } from "vitest";
import type { Engine, WorkloadExit, WorkloadSpec } from "../index.ts";

/** One driver under the contract. */
export interface ContractSubject {
  /** One more connection to the same engine. */
  connect(): Promise<Engine>;
  /** The id of an image in which `argv` can run. */
  image: string;
  argv: ContractPrograms;
}

/** Command lines of what the contract runs in containers. */
export interface ContractPrograms {
  /** Sends stdin back until it ends, then ends with code 0. */
  echo: string[];
  /** Ends with this code at once. */
  exit(code: number): string[];
  /** Writes both and ends. */
  say(output: { stdout: string; stderr: string }): string[];
  /** Writes files, then echoes. */
  writeThenEcho(files: Record<string, string>): string[];
  /** Writes a file's content to stdout, and `missing` when there is none. */
  read(path: string): string[];
  /** Ends by itself in no time that a test waits for, and does not look at stdin. */
  sleep: string[];
}

/** What every test of the contract works with. */
export interface ContractContext {
  readonly subject: ContractSubject;
  readonly engine: Engine;
  /** Only this run of the contract uses them. */
  readonly labels: Record<string, string>;
  readonly signal: AbortSignal;
  /** A name that nobody else uses. */
  name(part: string): string;
  /** A small subnet that nobody else is likely to use. */
  subnet(): string;
  spec(argv: string[], changes?: Partial<WorkloadSpec>): WorkloadSpec;
  /** Creates, attaches and starts. */
  launch(spec: WorkloadSpec): Promise<Launched>;
  /** Runs to the end and gives all of stdout. */
  run(spec: WorkloadSpec): Promise<{ exit: WorkloadExit; stdout: string }>;
}

export interface Launched {
  id: string;
  stream: Duplex;
  exit: Promise<WorkloadExit>;
  stderr(): string;
}

/** Sets a context up around the tests of the surrounding `describe`, and removes everything that they left. */
export function useContext(make: () => Promise<ContractSubject>): () => ContractContext {
  let context: ContractContext | undefined;
  beforeAll(async () => {
    const subject = await make();
    context = createContext(subject, await subject.connect());
  });
  afterAll(async () => {
    if (context === undefined) return;
    await removeAll(context);
    await context.engine[Symbol.asyncDispose]();
  });
  return () => {
    if (context === undefined) throw new Error("the context exists only inside tests");
    return context;
  };
}

function createContext(subject: ContractSubject, engine: Engine): ContractContext {
  const id = randomBytes(4).toString("hex");
  const { signal } = new AbortController();
  const labels = { "seatrial.contract": id };
  let subnets = randomBytes(2).readUInt16BE();

  async function launch(spec: WorkloadSpec): Promise<Launched> {
    const workload = await engine.workloads.create(spec, signal);
    const stderr: Buffer[] = [];
    const stream = await engine.workloads.attach(workload, {
      onStderr: (chunk) => void stderr.push(chunk),
      signal,
    });
    const exit = engine.workloads.waitForExit(workload, signal);
    // Awaited by the test; a failed start must not leave it without a listener.
    exit.catch(() => undefined);
    await engine.workloads.start(workload, signal);
    return { id: workload, stream, exit, stderr: () => Buffer.concat(stderr).toString() };
  }

  return {
    subject,
    engine,
    labels,
    signal,
    launch,
    name: (part) => `seatrial-contract-${id}-${part}`,
    subnet() {
      subnets = (subnets + 1) % 65_536;
      return `10.${217 + (subnets >> 13)}.${(subnets >> 5) & 255}.${(subnets & 31) * 8}/29`;
    },
    spec: (argv, changes = {}) => ({
      name: `seatrial-contract-${id}-${randomBytes(4).toString("hex")}`,
      image: subject.image,
      labels,
      entrypoint: argv,
      command: [],
      user: "",
      env: {},
      mounts: [],
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
      ...changes,
    }),
    async run(spec) {
      const { stream, exit } = await launch(spec);
      const stdout = await readAll(stream);
      return { exit: await exit, stdout: stdout.toString() };
    },
  };
}

/** Everything until the stream's end. */
export async function readAll(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function removeAll({ engine, labels, signal }: ContractContext): Promise<void> {
  for (const each of await engine.workloads.list(labels, signal))
    await engine.workloads.remove(each.id, signal);
  for (const each of await engine.networks.list(labels, signal))
    await engine.networks.remove(each.id, signal);
  for (const each of await engine.volumes.list(labels, signal))
    await engine.volumes.remove(each.name, signal);
  for (const each of await engine.images.list(labels, signal)) {
    for (const reference of each.references) await engine.images.remove(reference, signal);
  }
}
