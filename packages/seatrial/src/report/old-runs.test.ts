import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { KEPT_RUNS, removeOldRuns } from "./old-runs.ts";

const HOUR = 60 * 60_000;
const now = Date.UTC(2030, 0, 10);
let project = "";
beforeEach(async () => {
  project = await mkdtemp(path.join(tmpdir(), "seatrial-runs-"));
});
afterEach(() => rm(project, { recursive: true }));

/** The id of the nth run of the project. */
const idOf = (number: number) => `20300101-${String(number).padStart(6, "0")}-abcdef`;

/** The folder of a run as it was left some hours ago. */
async function left(
  name: string,
  options: { hours: number; outcome?: boolean; events?: number },
): Promise<string> {
  const folder = path.join(project, ".seatrial/runs", name);
  await mkdir(path.join(folder, "logs"), { recursive: true });
  const file = options.outcome === false ? "events.ndjson" : "outcome.json";
  await writeFile(path.join(folder, file), "{}");
  const at = new Date(now - options.hours * HOUR);
  await utimes(path.join(folder, file), at, new Date(now - (options.events ?? options.hours) * HOUR));
  for (const each of ["logs", "."]) await utimes(path.join(folder, each), at, at);
  return name;
}

/** So many runs, each a day old, the newest last. */
async function history(count: number): Promise<string[]> {
  return await Promise.all(Array.from({ length: count }, (_, at) => left(idOf(at + 100), { hours: 24 })));
}

const remove = (alive: string[] = []) => removeOldRuns({ project, alive: new Set(alive), now });
const there = async () => (await readdir(path.join(project, ".seatrial/runs"))).sort();

describe("the folders of runs", () => {
  it("are kept of the newest ones, and removed of those before", async () => {
    const runs = await history(KEPT_RUNS + 3);
    expect(await remove()).toEqual(runs.slice(0, 3));
    expect(await there()).toEqual(runs.slice(3));
    expect(await remove()).toEqual([]);
  });

  it("stay for the latest run and for those whose owners live, however old", async () => {
    const [latest = "", alive = "", old = ""] = [1, 2, 3].map(idOf);
    for (const id of [latest, alive, old]) await left(id, { hours: 500 });
    await symlink(`runs/${latest}`, path.join(project, ".seatrial/latest"));
    await history(KEPT_RUNS);
    expect(await remove([alive])).toEqual([old]);
  });

  it("stay for an hour after the end of a run, and for a day after the last event of one that has none", async () => {
    const ended = await left(idOf(1), { hours: 0.9 });
    const endedLongAgo = await left(idOf(2), { hours: 1.1 });
    const writing = await left(idOf(3), { hours: 300, outcome: false, events: 23 });
    const killed = await left(idOf(4), { hours: 300, outcome: false, events: 25 });
    await history(KEPT_RUNS);
    expect(await remove()).toEqual([endedLongAgo, killed]);
    expect(await there()).toEqual(expect.arrayContaining([ended, writing]));
  });

  it("are never confused with what somebody else has put there", async () => {
    await history(KEPT_RUNS);
    await left("baseline", { hours: 9_000 });
    await writeFile(path.join(project, ".seatrial/runs", idOf(1)), "a file");
    const elsewhere = path.join(project, "elsewhere");
    await mkdir(elsewhere);
    await symlink(elsewhere, path.join(project, ".seatrial/runs", idOf(2)));
    expect(await remove()).toEqual([]);
    expect(await there()).toEqual(expect.arrayContaining(["baseline", idOf(1), idOf(2)]));
  });

  it("may be removed by two runs that end at once", async () => {
    const runs = await history(KEPT_RUNS + 5);
    await Promise.all([remove(), remove(), remove()]);
    expect(await there()).toEqual(runs.slice(5));
  });
});
