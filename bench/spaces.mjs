// Clean databases for tests: from our broker's warm pool, by CREATE DATABASE … TEMPLATE for each test, and by TRUNCATE, in one server.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildAgent } from "../scripts/build-agent.mjs";
import { run } from "./command.mjs";
import { compareLatency } from "./spaces/latency.mjs";
import { bundle, startProcess } from "./spaces/processes.mjs";
import { compareRates } from "./spaces/rates.mjs";
import { SCHEMA } from "./spaces/schema.mjs";
import { prepareServer } from "./spaces/server.mjs";
import { weigh, weighRedis } from "./spaces/weigh.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const PARTS = { latency: compareLatency, rates: compareRates, weight: weigh, redis: weighRedis };

/**
 * `storage`: where the server's data is; `layer`, that of its container, is what the tool does, the other is `memory`. `part`: one of the
 * tables only.
 */
export async function spaces({ rounds = 5, storage = "layer", part } = {}) {
  const parts = Object.entries(PARTS).filter(([name]) => part === undefined || name === part);
  if (parts.length === 0) throw new Error(`the parts are ${Object.keys(PARTS).join(", ")}, not ${part}`);
  buildAgent(root);
  const folder = await mkdtemp(join(tmpdir(), "seatrial-bench-spaces-"));
  const name = `seatrial-bench-spaces-${process.pid}`;
  const started = [];
  const start = (program, options, flags) => {
    const child = startProcess(join(folder, `${program}.mjs`), options, flags);
    started.unshift(child);
    return child;
  };
  try {
    await bundle(["owner", "redis", "tests"], folder);
    const journals = join(folder, "journals");
    await mkdir(journals);
    const schema = join(folder, "schema.sql");
    await writeFile(schema, SCHEMA);
    const agents = join(root, "agent/bin");
    const owner = start("owner", { agents, inMemory: storage === "memory", journals, name, schema }, [
      "--expose-gc",
    ]);
    await owner.answer();
    const server = await prepareServer(name);
    const { host } = server;
    const tests = start("tests", {});
    const bench = {
      owner,
      rounds,
      name,
      agents,
      start,
      ask: async (message) => (await tests.ask({ server, ...message })).result,
      askInside: await openInside({ owner, folder, container: `${name}-tests` }),
      /** Does something while a broker for spaces of this name is there. Nothing of ours is in the server at other times. */
      async withBroker(space, work) {
        const broker = await owner.ask({ ask: "open", host, space });
        try {
          return await work(broker);
        } finally {
          await owner.ask({ ask: "close" });
        }
      },
    };
    const tables = [];
    for (const [, compare] of parts) tables.push(await compare(bench));
    const load = loadavg().map((value) => value.toFixed(1));
    const seen = `Load of the machine at the end, over 1, 5 and 15 minutes: ${load.join(", ")}. The server's data: ${storage}.`;
    return [...tables, seen].join("\n\n");
  } finally {
    for (const child of started) await child.end();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The tests' program in a container with Node, which reaches the broker through the relay of its agent. */
async function openInside({ owner, folder, container }) {
  const { url } = await owner.ask({ ask: "openContainer", image: "node:20", container });
  await run("docker", ["cp", `${folder}/.`, `${container}:/bench`]);
  return async ({ broker, ...message }) => {
    const once = { ...message, broker: { ...broker, url } };
    const argv = ["node", "/bench/tests.mjs", JSON.stringify({ once })];
    const { result, error } = JSON.parse((await owner.ask({ ask: "runInside", argv })).text);
    if (error !== undefined) throw new Error(error);
    return result;
  };
}
