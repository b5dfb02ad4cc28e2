import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { connect } from "./connect.ts";
import { fakeAgent, memoryDuplexPair } from "./testing/index.ts";

const signal = new AbortController().signal;
const CHUNK = 64 * 1024;
/** What may be on its way between a process and a reader that does nothing: windows and buffers of both ends. */
const UNDER_WAY = 4 * 1024 * 1024;
/** More than that. */
const CHUNKS = (1.5 * UNDER_WAY) / CHUNK;

describe("a slow reader", () => {
  test("slows the process down instead of filling memory, and gets every byte", async () => {
    const total = 4 * UNDER_WAY;
    let produced = 0;
    const fake = fakeAgent({
      *processes() {
        for (; produced < total; produced += CHUNK) yield { stdout: Buffer.alloc(CHUNK, 120) };
      },
    });
    await using agent = connect(fake.stream, { label: "suite unit" });
    const process = await agent.run({ argv: ["yes"] }, signal);
    await wait(200);
    expect(produced).toBeLessThan(UNDER_WAY);

    let read = 0;
    let furthest = 0;
    for await (const { data } of process.output) {
      read += data.length;
      furthest = Math.max(furthest, produced - read);
    }
    expect(read).toBe(total);
    expect(furthest).toBeLessThan(UNDER_WAY);
    expect(await process.exit).toMatchObject({ code: 0 });
  });

  test("of one process does not hold up another process, nor a question", async () => {
    const fake = fakeAgent({
      *processes(spec) {
        for (let at = 0; at < CHUNKS; at += 1) yield { stdout: Buffer.alloc(CHUNK) };
        yield { stdout: spec.argv[0] ?? "" };
      },
    });
    await using agent = connect(fake.stream, { label: "suite unit" });
    const stuck = await Promise.all(Array.from({ length: 20 }, () => agent.run({ argv: ["stuck"] }, signal)));
    const quick = await agent.run({ argv: ["quick"] }, signal);
    let read = 0;
    for await (const { data } of quick.output) read += data.length;
    expect(read).toBe(CHUNKS * CHUNK + 5);
    expect(await agent.hello(signal)).toMatchObject({ protocol: 1 });
    expect(stuck).toHaveLength(20);
  });

  test("of a tunnel slows its writer down", async () => {
    const [near, far] = memoryDuplexPair();
    const fake = fakeAgent({ tunnel: () => near });
    await using agent = connect(fake.stream, { label: "service db" });
    const tunnel = await agent.tunnel({ host: "db", port: 1 }, signal);
    let written = 0;
    while (tunnel.write(Buffer.alloc(CHUNK)) && written < 100 * 1024 * 1024) {
      written += CHUNK;
      await wait(0);
    }
    expect(written).toBeLessThan(2 * UNDER_WAY);
    expect(far.readableLength).toBeLessThan(UNDER_WAY);
  });
});
