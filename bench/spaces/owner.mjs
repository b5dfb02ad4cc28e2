// The owner of a broker, as a process of its own: PostgreSQL in a container, reached through its agent; the endpoint at a port of 127.0.0.1.
// Made of the tool's own sources, so that bench/spaces.mjs bundles it. Ends when its parent does.
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createLauncher } from "../../packages/seatrial/src/agent/index.ts";
import { connectDocker, resolveEndpoint } from "../../packages/seatrial/src/engine/docker/index.ts";
import { PLAIN_SECURITY } from "../../packages/seatrial/src/model/index.ts";
import {
  createBroker,
  loadKind,
  openEndpoint,
  openSpaceJournal,
} from "../../packages/seatrial/src/spaces/index.ts";

const { agents, inMemory, journals, name, schema, settings } = JSON.parse(process.argv[2]);
const PASSWORD = "bench";
const never = new AbortController().signal;

/** With what the preset gives every PostgreSQL of a run: the data in the container's layer, and no waiting for the disk. */
async function startServer(engine) {
  const image = await engine.images.inspect("postgres:17", never);
  if (image === undefined) throw new Error("the image postgres:17 is missing");
  const env = {
    PGDATA: "/.seatrial-data/postgres",
    POSTGRES_PASSWORD: PASSWORD,
    POSTGRES_INITDB_ARGS: "--no-sync",
  };
  const launcher = createLauncher({
    engine,
    agentBinary: async (platform) => `${agents}/agent-${platform.split("/").slice(0, 2).join("-")}`,
  });
  const labels = { "seatrial.bench": "spaces" };
  const launched = await launcher.launch(
    {
      name,
      image: image.id,
      labels,
      env,
      network: { id: "bridge", aliases: [] },
      mounts: inMemory ? [{ kind: "tmpfs", target: env.PGDATA, mode: 0o1777 }] : [],
      limits: {},
      security: PLAIN_SECURITY,
      extraHosts: [],
    },
    never,
  );
  const flags = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];
  const argv = ["docker-entrypoint.sh", "postgres", ...flags.flatMap((flag) => ["-c", flag])];
  const { agent } = launched;
  const running = await agent.run({ argv, env, mergeOutput: true }, never);
  const reading = async () => {
    for await (const _ of running.output);
  };
  // Ends with the container.
  reading().catch(() => undefined);
  const target = { host: "127.0.0.1", port: 5432 };
  const probe = { kind: "postgres", port: 5432, user: "postgres", password: PASSWORD, database: "postgres" };
  while (!(await agent.probe(probe, { timeout: 5000, signal: never })).ready) await sleep(50);
  return {
    service: "postgres",
    port: 5432,
    admin: { user: "postgres", password: PASSWORD },
    env,
    async dial(port, signal) {
      const connection = await agent.tunnel({ ...target, port }, signal);
      connection.allowHalfOpen = false;
      return connection;
    },
    run: (spec, signal) => agent.run({ ...spec, env: { ...env, ...spec.env } }, signal),
    launched,
  };
}

const plans = [
  {
    name: "postgres",
    service: "postgres",
    kind: "postgres",
    isolation: "database",
    template: { steps: [{ kind: "files", files: [schema] }] },
    reuse: "auto",
    limit: 64,
    ttl: 600_000,
    keep: { count: 10, time: 1_800_000, bytes: 1_000_000_000 },
    files: [],
  },
];
const engine = connectDocker({ endpoint: await resolveEndpoint(process.env), environment: process.env });
const server = await startServer(engine);
const broker = createBroker({
  plans,
  server: async () => server,
  kind: loadKind,
  runStep: () => Promise.reject(new Error("no step of the template is one of others")),
  journal: await openSpaceJournal({ folder: journals, run: "bench", plans }),
  onNote: (_, note) => console.error(note),
  settings,
  signal: never,
});
broker.prepare(["postgres"]);

process.on("message", async (message) => {
  if (message.open !== undefined) {
    const endpoint = openEndpoint({
      broker,
      caller: { run: "bench", suite: "bench" },
      plans,
      kind: loadKind,
      // Tests of a run are in its network: they speak to the server itself.
      reach: { address: async (_, port) => ({ host: message.open, port }) },
    });
    const door = createServer((socket) => endpoint.accept(socket)).listen(0, "127.0.0.1", () => {
      process.send({ url: `http://127.0.0.1:${door.address().port}`, token: endpoint.token });
    });
  } else {
    if (message.collect) global.gc();
    process.send({ heap: process.memoryUsage().heapUsed, cpu: process.cpuUsage() });
  }
});

process.on("disconnect", async () => {
  await broker[Symbol.asyncDispose]();
  await server.launched[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  process.exit(0);
});
process.send({ ready: true });
