// The tests, as a process of its own: asks for spaces, works in them, gives them back. One contestant at a time.
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { acquireSpace } from "../../packages/seatrial/src/client/index.ts";
import { FILLING, ROWS, TRUNCATION, workIn } from "./schema.mjs";

/** Each opens a worker: `take` gives the address of a clean database, and `give` takes it back when nobody is connected any more. */
const contestants = {
  /** Asks our broker. */
  ours: async ({ broker, space: name = "auto" }) => ({
    async take() {
      const space = await acquireSpace(name, { broker, test: "a test of the benchmark" });
      return { url: space.url, space };
    },
    give: ({ space }) => space.release({ outcome: "passed" }),
    close: async () => undefined,
  }),

  /** Copies the sealed template by files, which is the fastest with these settings, and drops the copy. */
  create: async ({ server }, worker) => {
    const admin = await connect({ ...server, database: "postgres" });
    let count = 0;
    return {
      async take() {
        const database = `created_${worker}_${++count}`;
        await admin.query(`CREATE DATABASE ${database} TEMPLATE bench_template STRATEGY FILE_COPY`);
        return { database };
      },
      give: ({ database }) => admin.query(`DROP DATABASE ${database}`),
      close: () => admin.end(),
    };
  },

  /** Empties all tables of the worker's own database; what the template had in them is lost. */
  truncate: async ({ server }, worker) => truncating({ server, worker, after: "" }),

  /** The same, and puts the template's rows back. */
  refill: async ({ server }, worker) => truncating({ server, worker, after: FILLING }),
};

async function truncating({ server, worker, after }) {
  const database = `${after === "" ? "truncated" : "refilled"}_${worker}`;
  const admin = await connect({ ...server, database });
  const give = () => admin.query(`BEGIN; ${TRUNCATION}; ${after} COMMIT`);
  await give();
  return {
    take: async () => ({ database, isEmpty: after === "" }),
    give,
    close: () => admin.end(),
  };
}

async function connect(config) {
  const client = new pg.Client(typeof config === "string" ? config : { ...config, ssl: false });
  await client.connect();
  return client;
}

/** Resolves when the server has ended the session too: only then can its database be dropped. */
async function disconnect(client) {
  const ended = new Promise((resolve) => client.once("end", resolve));
  await client.end();
  await ended;
}

const commands = {
  /** Spaces one after the other, with a pause between: how long each request takes, in milliseconds. */
  async latency({ broker, count, pause }) {
    const times = { take: [], give: [] };
    const { take, give } = await contestants.ours({ broker });
    for (let round = 0; round < count; round += 1) {
      const start = performance.now();
      const given = await take();
      const taken = performance.now();
      await sleep(1);
      const giving = performance.now();
      await give(given);
      times.take.push(taken - start);
      times.give.push(performance.now() - giving);
      if (pause > 0) await sleep(pause);
    }
    return times;
  },

  /** Workers that run tests of so many milliseconds: how many of these ended within the window. */
  async sustain({ contestant, space, change, broker, server, workers, testMs, warmUpMs, windowMs }) {
    const from = performance.now() + warmUpMs;
    const until = from + windowMs;
    const cpu = process.cpuUsage();
    let [count, total] = [0, 0];
    const takes = [];
    async function work(index) {
      const worker = await contestants[contestant]({ broker, server, space }, index);
      while (performance.now() < until) {
        const start = performance.now();
        const given = await worker.take();
        const taken = performance.now();
        const client = await connect(given.url ?? { ...server, database: given.database });
        await workIn(client, { rows: given.isEmpty ? 0 : ROWS, change });
        if (testMs > 0) await sleep(testMs);
        await disconnect(client);
        await worker.give(given);
        const end = performance.now();
        total += 1;
        if (end < from || end > until) continue;
        count += 1;
        takes.push(taken - start);
      }
      await worker.close();
    }
    await Promise.all(Array.from({ length: workers }, (_, index) => work(index)));
    return { perSecond: (count * 1000) / windowMs, takes, total, cpu: process.cpuUsage(cpu) };
  },

  /** Holds so many spaces at once until the next command. */
  async hold({ broker, count }) {
    const { take, give } = await contestants.ours({ broker });
    held.push(...(await Promise.all(Array.from({ length: count }, async () => [await take(), give]))));
    return held.length;
  },

  async release() {
    await Promise.all(held.splice(0).map(([given, give]) => give(given)));
  },
};

const held = [];

const answer = async ({ command, ...options }) => {
  try {
    return { result: await commands[command](options) };
  } catch (error) {
    return { error: String(error?.stack ?? error) };
  }
};

const { once } = JSON.parse(process.argv[2] ?? "{}");
if (once === undefined) process.on("message", async (message) => process.send(await answer(message)));
else {
  process.stdout.write(JSON.stringify(await answer(once)));
  process.exit(0);
}
