// Spaces of Redis, made one after another: a process of its own, as the owner of a broker is. Ends when its parent does.
import { connectDocker, resolveEndpoint } from "../../packages/seatrial/src/engine/docker/index.ts";
import { loadKind } from "../../packages/seatrial/src/spaces/index.ts";
import { startService } from "./service.mjs";

// Ctrl-C tells the whole terminal: what is in the engine goes when the parent hangs up.
process.on("SIGINT", () => undefined);
const { agents, name } = JSON.parse(process.argv[2]);
const never = new AbortController().signal;
const engine = connectDocker({ endpoint: await resolveEndpoint(process.env), environment: process.env });
const server = await startService({
  ...{ engine, agents, name },
  image: "redis:8",
  service: "redis",
  argv: ["docker-entrypoint.sh", "redis-server"],
  admin: {},
  probe: { kind: "redis", port: 6379 },
});
const driver = await loadKind("redis");
const plan = {
  name: "redis",
  service: "redis",
  kind: "redis",
  isolation: "process",
  template: { steps: [] },
  reuse: "auto",
  limit: 64,
  ttl: 600_000,
  keep: { count: 10, time: 1_800_000, bytes: 1_000_000_000 },
  files: [],
};
const maker = await driver.open({
  ...{ plan, server, prefix: "st_bench_t0_", signal: never },
  runStep: () => Promise.reject(new Error("no step of the template is one of others")),
  onNote: (note) => console.error(note),
});

const timed = async (work) => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};
const names = [];
const answers = {
  async make({ count }) {
    const times = [];
    for (let index = 0; index < count; index += 1) {
      const space = `st_bench_${names.length + 1}`;
      names.push(space);
      times.push(await timed(() => maker.make(space, never)));
    }
    return { times };
  },
  async drop() {
    const times = [];
    for (const space of names.splice(0)) times.push(await timed(() => maker.drop(space, never)));
    return { times };
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
  await maker[Symbol.asyncDispose]();
  await server.launched[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  process.exit(0);
}
process.on("disconnect", leave);
if (process.connected) process.send({ ready: true });
else await leave();
