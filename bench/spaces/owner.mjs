// The owner of a broker, as a process of its own: PostgreSQL in a container, reached through its agent; the endpoint at a port of 127.0.0.1.
// Made of the tool's own sources, so that bench/spaces.mjs bundles it. Ends when its parent does.
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connectDocker, resolveEndpoint } from "../../packages/seatrial/src/engine/docker/index.ts";
import {
  createBroker,
  loadKind,
  openEndpoint,
  openSpaceJournal,
} from "../../packages/seatrial/src/spaces/index.ts";
import { launch, runInside, startService } from "./service.mjs";

// Ctrl-C tells the whole terminal: what is in the engine goes when the parent hangs up.
process.on("SIGINT", () => undefined);
const { agents, inMemory, journals, name, schema, settings } = JSON.parse(process.argv[2]);
const PASSWORD = "bench";
const never = new AbortController().signal;

/** With what the preset gives every PostgreSQL of a run: the data in the container's layer, and no waiting for the disk. */
async function startPostgres(engine) {
  const env = {
    PGDATA: "/.seatrial-data/postgres",
    POSTGRES_PASSWORD: PASSWORD,
    POSTGRES_INITDB_ARGS: "--no-sync",
  };
  const flags = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];
  return await startService({
    ...{ engine, agents, name, env },
    image: "postgres:17",
    service: "postgres",
    mounts: inMemory ? [{ kind: "tmpfs", target: env.PGDATA, mode: 0o1777 }] : [],
    argv: ["docker-entrypoint.sh", "postgres", ...flags.flatMap((flag) => ["-c", flag])],
    admin: { user: "postgres", password: PASSWORD },
    probe: { kind: "postgres", port: 5432, user: "postgres", password: PASSWORD, database: "postgres" },
  });
}

const plans = ["auto", "connected"].map((reuse) => ({
  name: reuse,
  service: "postgres",
  kind: "postgres",
  isolation: "database",
  template: { steps: [{ kind: "files", files: [schema] }] },
  reuse,
  limit: 64,
  ttl: 600_000,
  keep: { count: 10, time: 1_800_000, bytes: 1_000_000_000 },
  files: [],
}));
const engine = connectDocker({ endpoint: await resolveEndpoint(process.env), environment: process.env });
const server = await startPostgres(engine);

/** The broker that is at work, if any. */
let current;

/** Opens a broker for one definition. Tests of a run are in its network: they speak to the server itself. */
async function open({ host, space }) {
  const own = plans.filter(({ name }) => name === space);
  const broker = createBroker({
    plans: own,
    server: async () => server,
    kind: loadKind,
    runStep: () => Promise.reject(new Error("no step of the template is one of others")),
    journal: await openSpaceJournal({ folder: journals, run: "bench", plans: own }),
    onNote: (_, note) => console.error(note),
    settings,
    signal: never,
  });
  broker.prepare([space]);
  const endpoint = openEndpoint({
    broker,
    caller: { run: "bench", suite: "bench" },
    plans: own,
    kind: loadKind,
    reach: { address: async (_, port) => ({ host, port }) },
  });
  const door = createServer((socket) => endpoint.accept(socket)).listen(0, "127.0.0.1");
  await once(door, "listening");
  current = { broker, endpoint, door };
  await settle();
  const { token } = endpoint;
  return { url: `http://127.0.0.1:${door.address().port}`, token };
}

/** Nothing of a broker is in the server any more when it resolves: neither databases nor sessions. */
async function close() {
  if (current === undefined) return {};
  const { broker, endpoint, door } = current;
  current = undefined;
  await endpoint[Symbol.asyncDispose]();
  door.close();
  await broker[Symbol.asyncDispose]();
  return {};
}

/** Resolves when nothing is made, put back or dropped any more. */
async function settle() {
  const isBusy = ({ state }) => ["creating", "draining", "dropping"].includes(state);
  while ((await current?.broker.list())?.some(isBusy)) await sleep(100);
  return {};
}

let tests;

/** A container of tests, whose processes reach the broker at a relay of its agent. */
async function openContainer({ image, container }) {
  tests = await launch({ engine, agents, name: container, image });
  const onConnection = (socket) => {
    if (current === undefined) socket.destroy();
    else current.endpoint.accept(socket);
  };
  const { address } = await tests.agent.relay({ onConnection, signal: never });
  return { url: `http://${address.host}:${address.port}` };
}

const answers = {
  open,
  close,
  settle,
  openContainer,
  /** What a process prints that runs in the container of tests. */
  runInside: async ({ argv }) => ({ text: await runInside(tests, argv) }),
  look({ collect }) {
    if (collect) global.gc();
    return { heap: process.memoryUsage().heapUsed, cpu: process.cpuUsage() };
  },
};

process.on("message", async ({ ask, ...options }) => {
  try {
    process.send(await answers[ask](options));
  } catch (error) {
    process.send({ error: String(error?.stack ?? error) });
  }
});

async function leave() {
  await close();
  await tests?.[Symbol.asyncDispose]();
  await server.launched[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  process.exit(0);
}
process.on("disconnect", leave);
if (process.connected) process.send({ ready: true });
else await leave();
