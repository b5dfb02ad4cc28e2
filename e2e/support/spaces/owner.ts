// A program: the owner of a broker over a PostgreSQL that outlives it. Cleans up after the owners before it, then hands out spaces at a port of
// 127.0.0.1 until it is told to close. Prints lines of JSON.
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { createInterface } from "node:readline";
import type { SpacePlan } from "../../../packages/seatrial/src/model/index.ts";
import {
  createBroker,
  loadKind,
  openEndpoint,
  openSpaceJournal,
  recoverSpaces,
  type SpaceServer,
  spaceError,
} from "../../../packages/seatrial/src/spaces/index.ts";

export interface OwnerOptions {
  run: string;
  /** Of the journals. */
  folder: string;
  /** Of the server. */
  host: string;
  password: string;
  /** Where clients find it; absent: it only cleans up. */
  port?: number;
  token: string;
  reuse: SpacePlan["reuse"];
  /** How far its clock is ahead when it looks whether kept spaces are to go, in milliseconds. */
  ahead?: number;
}

export type OwnerLine =
  /** What dead owners left: what their journals and the server say would go or stay. */
  | { type: "found"; names: string[] }
  | { type: "recovered"; dropped: string[]; kept: string[]; failed: { name: string; error: string }[] }
  | { type: "open" }
  | { type: "list"; names: string[] }
  | { type: "note"; note: string }
  | { type: "outcome"; leased: number; reused: number; created: number };

const options: OwnerOptions = JSON.parse(process.argv[2] ?? "{}");
const say = (line: OwnerLine) => void process.stdout.write(`${JSON.stringify(line)}\n`);
const never = new AbortController().signal;

const plan: SpacePlan = {
  name: "postgres",
  service: "postgres",
  kind: "postgres",
  isolation: "database",
  template: { from: "origin", steps: [] },
  reuse: options.reuse,
  limit: 24,
  ttl: 20_000,
  keep: { count: 4, time: 4_000, bytes: 1e9 },
  files: [],
};
const notHere = () => Promise.reject(new Error("not in this test"));
const server: SpaceServer = {
  service: "postgres",
  port: 5432,
  admin: { user: "postgres", password: options.password },
  env: {},
  run: notHere,
  readFile: notHere,
  writeFile: notHere,
  async dial(port, signal) {
    const socket = connect({ host: options.host, port, noDelay: true });
    try {
      await once(socket, "connect", { signal });
    } catch (error) {
      socket.destroy();
      throw spaceError({ code: "SPACE_SERVER_LOST", message: "the server cannot be reached", cause: error });
    }
    return socket;
  },
};

/** It counts as living from its journal's first line on, and what it makes for cleaning up is its own. */
const journal = await openSpaceJournal({ folder: options.folder, run: options.run, plans: [plan] });

async function recover(dryRun: boolean) {
  const kind = await loadKind("postgres");
  return await recoverSpaces({
    folder: options.folder,
    isAlive: (run) => run === options.run,
    open: async (_, signal) =>
      await kind.open({
        plan: { ...plan, template: { steps: [] } },
        server,
        prefix: `st_${journal.generation}_r_`,
        runStep: notHere,
        onNote: () => undefined,
        signal,
      }),
    dryRun,
    now: Date.now() + (options.ahead ?? 0),
    signal: never,
  });
}

const all = await recover(true);
say({
  type: "found",
  names: all.flatMap(({ dropped, kept }) => [...dropped, ...kept.map(({ name }) => name)]),
});
const recovered = await recover(false);
say({
  type: "recovered",
  dropped: recovered.flatMap(({ dropped }) => dropped),
  kept: recovered.flatMap(({ kept }) => kept.map(({ name }) => name)),
  failed: recovered.flatMap(({ failed }) => failed),
});
if (options.port === undefined) {
  await journal.close();
  process.exit(0);
}

const broker = createBroker({
  plans: [plan],
  server: async () => server,
  kind: loadKind,
  runStep: notHere,
  journal,
  onNote: (_, note) => say({ type: "note", note }),
  signal: never,
});
broker.prepare(["postgres"]);
const endpoint = openEndpoint({
  broker,
  caller: { run: options.run, suite: "crash" },
  plans: [plan],
  kind: loadKind,
  reach: { address: async (_, port) => ({ host: options.host, port }) },
  token: options.token,
});
const door = createServer((socket) => endpoint.accept(socket)).listen(options.port, "127.0.0.1");
await once(door, "listening");
say({ type: "open" });

// Its input ends with whoever started it.
for await (const line of createInterface({ input: process.stdin })) {
  if (JSON.parse(line) !== "list") break;
  const spaces = await broker.list();
  say({ type: "list", names: spaces.map(({ name }) => name) });
}
for (const { leased, reused, created } of await broker.outcomes())
  say({ type: "outcome", leased, reused, created });
await endpoint.close();
await broker[Symbol.asyncDispose]();
process.exit(0);
