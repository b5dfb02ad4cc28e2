import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deferred } from "../support/abort.ts";
import { inTurn } from "./turn.ts";

const signal = new AbortController().signal;
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "seatrial-turn-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const file = () => path.join(folder, "runs", "x.turn");

describe("a turn", () => {
  it("is one's at a time, whatever happens in it, and leaves nothing", async () => {
    let inside = 0;
    const work = async (index: number) => {
      inside += 1;
      expect(inside).toBe(1);
      await turn();
      inside -= 1;
      if (index % 2 === 0) throw new Error(`failure ${index}`);
      return index;
    };
    const turns = Array.from({ length: 8 }, (_, index) =>
      inTurn({ file: file(), signal }, () => work(index)),
    );
    const settled = await Promise.allSettled(turns);
    expect(settled.map(({ status }) => status)).toEqual(
      [0, 1, 2, 3].flatMap(() => ["rejected", "fulfilled"]),
    );
    expect(await readdir(path.dirname(file()))).toEqual([]);
  });

  it("is not held up by a process that died in its turn", async () => {
    await inTurn({ file: file(), signal }, async () => undefined);
    await writeFile(file(), JSON.stringify({ pid: 2 ** 22 + 1, identity: "another boot 1" }));
    expect(await inTurn({ file: file(), signal }, async () => "mine")).toBe("mine");
    await writeFile(file(), "");
    expect(await inTurn({ file: file(), signal }, async () => "mine")).toBe("mine");
  });

  it("is not waited for once the signal aborts", async () => {
    const over = deferred<void>();
    const held = deferred<void>();
    const other = inTurn({ file: file(), signal }, async () => {
      held.resolve();
      await over.promise;
    });
    await held.promise;
    const stop = new AbortController();
    const reason = new Error("stopped");
    const waiting = inTurn({ file: file(), signal: stop.signal }, async () => undefined);
    waiting.catch(() => undefined);
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    over.resolve();
    await other;
  });
});
