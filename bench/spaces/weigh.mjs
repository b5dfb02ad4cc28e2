// What spaces take while they are held.
import { markdown, ms, quantile } from "./numbers.mjs";
import { inside } from "./server.mjs";

const HELD = 40;

/** Control groups of version 1, else 2. */
const MEMORY =
  "(cat /sys/fs/cgroup/memory/memory.stat || cat /sys/fs/cgroup/memory.stat) | awk '$1 ~ /^(total_rss|anon|shmem|total_shmem)$/ { sum += $2 } END { print sum }'";

export async function weigh(bench) {
  return await bench.withBroker("auto", (broker) => weighHeld({ ...bench, broker }));
}

async function weighHeld({ ask, owner, name, broker }) {
  // One that was never used makes the pool's own spaces.
  await ask({ command: "hold", broker, count: 1 });
  const before = await look();
  await ask({ command: "hold", broker, count: HELD });
  const after = await look();
  await ask({ command: "release" });
  const more = after.count - before.count;
  const each = (what) => Math.max(0, after[what] - before[what]) / more;
  return [
    `### What a space takes: ${more} more of them`,
    markdown([
      ["what", "of one space"],
      ["disk", `${(each("disk") / 1e6).toFixed(1)} MB`],
      [
        "memory of the server's processes, without caches of files",
        `${(each("memory") / 1e6).toFixed(2)} MB`,
      ],
      ["heap of the broker's process", `${(each("heap") / 1e3).toFixed(0)} kB`],
    ]),
  ].join("\n\n");

  async function look() {
    await owner.ask({ ask: "settle" });
    const number = async (script) => Number(await inside(name, script));
    return {
      count: await number("ls $PGDATA/base | wc -l"),
      disk: await number("du -s --block-size=1 $PGDATA/base | cut -f1"),
      memory: await number(MEMORY),
      heap: (await owner.ask({ ask: "look", collect: true })).heap,
    };
  }
}

/** What a space of Redis takes: a server process. */
export async function weighRedis({ start, agents, name: bench }) {
  const name = `${bench}-redis`;
  const redis = start("redis", { agents, name });
  await redis.answer();
  const memory = async () => Number(await inside(name, MEMORY));
  // The first one loads what all share.
  await redis.ask({ ask: "make", count: 1 });
  const before = await memory();
  const made = await redis.ask({ ask: "make", count: HELD });
  const after = await memory();
  const dropped = await redis.ask({ ask: "drop" });
  const row = (what, { times }) => [what, ms(quantile(times, 0.5)), ms(quantile(times, 0.99))];
  return [
    `### What a space of Redis takes: ${HELD} more of them, one after the other`,
    markdown([
      ["what", "p50", "p99"],
      row("until it answers", made),
      row("until it is gone", dropped),
      [
        "memory of the container's processes",
        `${((after - before) / HELD / 1e6).toFixed(2)} MB in the mean`,
        "",
      ],
    ]),
  ].join("\n\n");
}
