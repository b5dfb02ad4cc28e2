import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { type ProcessRef, processIdentity } from "../../run/index.ts";
import { createOrphans } from "./orphans.ts";

/** A command that has started another one, in the background. */
async function family(script = "sleep 60 & echo $!; wait") {
  const child = spawn("/bin/sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(child, "exit");
  const [line] = await once(child.stdout, "data");
  const refOf = async (pid: number): Promise<ProcessRef> => ({ pid, identity: await processIdentity(pid) });
  const parent = await refOf(child.pid ?? 0);
  const grandchild = await refOf(Number(String(line)));
  const isAlive = async ({ pid, identity }: ProcessRef) => (await processIdentity(pid)) === identity;
  return {
    parent,
    ended,
    living: async () => [await isAlive(parent), await isAlive(grandchild)],
    [Symbol.dispose]() {
      for (const { pid } of [parent, grandchild]) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // It is gone, as it should be.
        }
      }
    },
  };
}

const gone = AbortSignal.abort();

describe("commands whose exec is gone", () => {
  it("are ended with what they have started", async () => {
    using one = await family();
    const orphans = createOrphans();
    const exec = new AbortController();
    orphans.watch(one.parent, exec.signal);
    expect(await one.living()).toEqual([true, true]);
    exec.abort();
    await orphans.end();
    expect(await one.living()).toEqual([false, false]);
  });

  it("are killed when they do not end when asked to", async () => {
    using one = await family("trap '' TERM; (trap '' TERM; exec sleep 60) & echo $!; wait");
    const orphans = createOrphans();
    orphans.watch(one.parent, gone);
    await orphans.end();
    await one.ended;
    await expect.poll(() => one.living()).toEqual([false, false]);
  });

  it("are left alone as long as their exec is there", async () => {
    using one = await family();
    const orphans = createOrphans();
    orphans.watch(one.parent, new AbortController().signal);
    await orphans.end();
    expect(await one.living()).toEqual([true, true]);
  });

  it("are looked after as long as they go on, and no longer", async () => {
    const orphans = createOrphans();
    using one = await family();
    orphans.watch(one.parent, gone);
    for (let turn = 0; turn < 20; turn += 1) orphans.watch({ pid: 1, identity: `1 another ${turn}` }, gone);
    await expect.poll(() => orphans.size).toBe(1);
    process.kill(one.parent.pid, "SIGKILL");
    await one.ended;
    orphans.watch({ pid: 1, identity: "1 another" }, gone);
    await expect.poll(() => orphans.size).toBe(0);
  });

  it("are not taken for another process that got their number", async () => {
    using one = await family();
    const orphans = createOrphans();
    const { pid, identity } = one.parent;
    for (const other of [`${identity}1`, `pid ${pid}`, "x"]) orphans.watch({ pid, identity: other }, gone);
    await orphans.end();
    expect(await one.living()).toEqual([true, true]);
  });
});
