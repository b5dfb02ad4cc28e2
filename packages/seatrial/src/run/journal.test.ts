import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMemoryEngine } from "../engine/memory/index.ts";
import { forgottenAt, openJournal, readJournals, sweepJournals } from "./journal.ts";
import { planWith, targetWith } from "./testing/plan.ts";

const signal = new AbortController().signal;
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "seatrial-journal-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const TAG = "seatrial/shop:test.r1";
const engine = createMemoryEngine({ images: [{ reference: TAG }, { reference: "built:1" }] });
const plan = planWith({ targets: [targetWith("test")] });
const open = (run = "r1") => openJournal({ folder, run, plan, engine });
const runsOf = async () => (await readJournals(folder)).map(({ run, alive }) => ({ run, alive }));

/** A journal as an owner that is dead by now has left it. */
async function left(run: string, change: object = {}): Promise<void> {
  await open(run);
  const [entry] = (await readJournals(folder)).filter((each) => each.run === run);
  await writeFile(
    path.join(folder, `runs/${run}.json`),
    JSON.stringify({ ...entry, identity: "", ...change }),
  );
}

describe("a journal", () => {
  it("says what its run holds while its owner lives", async () => {
    const journal = await open();
    expect(await readJournals(folder)).toEqual([
      {
        run: "r1",
        project: "shop",
        root: "/project",
        endpoint: "memory://",
        pid: process.pid,
        identity: expect.stringMatching(/./),
        tags: ["seatrial/shop:test.r1"],
        kind: "run",
        control: undefined,
        keptUntil: undefined,
        foundDead: undefined,
        alive: true,
        writtenAt: expect.any(Number),
      },
    ]);
    await journal.close();
    expect(await runsOf()).toEqual([]);
  });

  it("learns until when its run is kept, and is never half written", async () => {
    const journal = await open();
    await journal.update({ keptUntil: "2030-01-01" });
    expect((await readJournals(folder))[0]?.keptUntil).toBe("2030-01-01");
    expect(await readdir(path.join(folder, "runs"))).toEqual(["r1.json"]);
  });

  it("is one of a dead owner when its process has ended, or another one has got its number", async () => {
    const child = spawn("sleep", ["60"]);
    await once(child, "spawn");
    const pid = child.pid ?? 0;
    await left("other-life", { pid, identity: "another boot 12345" });
    child.kill("SIGKILL");
    await once(child, "exit");
    await left("ended", { pid });
    await open("mine");
    expect((await runsOf()).sort((a, b) => a.run.localeCompare(b.run))).toEqual([
      { run: "ended", alive: false },
      { run: "mine", alive: true },
      { run: "other-life", alive: false },
    ]);
  });

  it("that cannot be read is left out, and one of another version does no harm", async () => {
    await left("r1");
    const files = {
      "bad.json": "{",
      "empty.json": "{}",
      "list.json": "[]",
      "note.txt": "{}",
      "null.json": "null",
    };
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, "runs", name), text);
    expect(await runsOf()).toEqual([{ run: "r1", alive: false }]);
    expect(await readJournals(path.join(folder, "nowhere"))).toEqual([]);
  });

  it("that cannot be written fails no run, only the keeping of one, which nobody could end", async () => {
    await writeFile(path.join(folder, "runs"), "a file");
    const journal = await open();
    await expect(journal.update({ keptUntil: "2030-01-01" })).rejects.toMatchObject({
      code: "STATE_NOT_WRITABLE",
      message: expect.stringContaining(path.join(folder, "runs")),
      hint: expect.stringContaining("XDG_STATE_HOME"),
    });
    await journal.close();
  });
});

describe("the sweep of journals", () => {
  const DAY = 24 * 60 * 60_000;
  const sweepAt = (now: number) => sweepJournals({ folder, engine, now, signal });

  it("gives up the images of dead owners of this engine, and forgets them", async () => {
    await left("r1");
    await left("elsewhere", { endpoint: "tcp://other:2376" });
    await open("mine");
    const now = Date.now();
    expect(await sweepAt(now)).toEqual(["r1"]);
    expect(await engine.images.inspect(TAG, signal)).toBeUndefined();
    const runs = async () => (await runsOf()).map(({ run }) => run).sort();
    // The builder had gone on for a moment, and gave its image the run's name.
    await engine.images.tag((await engine.images.inspect("built:1", signal))?.id ?? "", TAG, signal);
    expect(await sweepAt(now + 59_000)).toEqual([]);
    expect(await runs()).toEqual(["elsewhere", "mine", "r1"]);
    await engine.images.tag((await engine.images.inspect("built:1", signal))?.id ?? "", TAG, signal);
    expect(await sweepAt(now + 60_000)).toEqual([]);
    expect(await engine.images.inspect(TAG, signal)).toBeUndefined();
    expect(await runs()).toEqual(["elsewhere", "mine"]);
  });

  it("forgets those of other engines when a week has passed since they were written, never living ones", async () => {
    await left("elsewhere", { endpoint: "tcp://gone:2376" });
    await open("mine");
    const [entry] = (await readJournals(folder)).filter(({ alive }) => !alive);
    const limit = forgottenAt(entry ?? expect.fail("no journal"));
    expect(limit - Date.now()).toBeGreaterThan(6 * DAY);
    expect(await sweepAt(limit - 1)).toEqual([]);
    expect(await sweepAt(limit)).toEqual(["elsewhere"]);
    expect(await sweepAt(limit + 1_000 * DAY)).toEqual([]);
    expect(await runsOf()).toEqual([{ run: "mine", alive: true }]);
  });
});
