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

/** `storage`: where the server's data is; `layer`, that of its container, is what the tool does, the other is `memory`. */
export async function spaces({ rounds = 5, storage = "layer" } = {}) {
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
    const broker = await owner.ask({ ask: "open", host });
    const tests = start("tests", {});
    const ask = async (message) => (await tests.ask({ broker, server, ...message })).result;
    const askInside = await openInside({ owner, host, folder, container: `${name}-tests` });
    const bench = { ask, askInside, owner, rounds, name };
    const latency = await compareLatency(bench);
    const rates = await compareRates(bench);
    const weight = await weigh(bench);
    const redis = start("redis", { agents, name: `${name}-redis` });
    await redis.answer();
    const ofRedis = await weighRedis({ redis, name: `${name}-redis` });
    const load = loadavg().map((value) => value.toFixed(1));
    const seen = `Load of the machine at the end, over 1, 5 and 15 minutes: ${load.join(", ")}. The server's data: ${storage}.`;
    return [latency, rates, weight, ofRedis, seen].join("\n\n");
  } finally {
    for (const child of started) await child.end();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The tests' program in a container with Node, which reaches the broker through the relay of its agent. */
async function openInside({ owner, host, folder, container }) {
  const broker = await owner.ask({ ask: "openContainer", host, image: "node:20", container });
  await run("docker", ["cp", `${folder}/.`, `${container}:/bench`]);
  return async (message) => {
    const argv = ["node", "/bench/tests.mjs", JSON.stringify({ once: { broker, ...message } })];
    const { result, error } = JSON.parse((await owner.ask({ ask: "runInside", argv })).text);
    if (error !== undefined) throw new Error(error);
    return result;
  };
}
