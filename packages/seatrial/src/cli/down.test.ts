import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type At, at } from "./testing/at.ts";

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** A process that owns a kept run, until it is asked to end. */
async function owner(here: At, run: string, changes: object = {}): Promise<ChildProcess> {
  const child = spawn("sleep", ["60"]);
  children.push(child);
  await once(child, "spawn");
  const stat = await readFile(`/proc/${child.pid}/stat`, "utf8");
  const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  const identity = `${boot} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  const state = `${here.path}/home/.local/state/seatrial/runs`;
  await mkdir(state, { recursive: true });
  const entry = { run, root: here.path, project: "shop", endpoint: "x", pid: child.pid, identity, tags: [] };
  await writeFile(`${state}/${run}.json`, JSON.stringify({ ...entry, keptUntil: "2030-01-01", ...changes }));
  return child;
}

describe("down", () => {
  it("says so where nothing is kept", async () => {
    await using here = await at({});
    expect(await here.seatrial("down")).toBe(2);
    expect(here.stderr()).toBe(
      "✖ Nothing of this project is up or kept. [RUN_NOT_FOUND]\n  hint: Nothing is up or kept on this machine.\n",
    );
  });

  it("ends this project's kept runs, and no other's", async () => {
    await using here = await at({});
    const mine = await owner(here, "mine");
    const others = await owner(here, "others", { root: "/elsewhere" });
    const running = await owner(here, "running", { keptUntil: undefined });
    expect(await here.seatrial("down")).toBe(0);
    expect(here.stdout()).toBe("ended mine\n");
    expect([mine.signalCode, others.signalCode, running.signalCode]).toEqual(["SIGTERM", null, null]);
  });

  it("ends the run that is named, wherever it is", async () => {
    await using here = await at({});
    const others = await owner(here, "others", { root: "/elsewhere" });
    expect(await here.seatrial("down", "others")).toBe(0);
    expect(others.signalCode).toBe("SIGTERM");
  });

  it("says every two seconds what it still waits for", async () => {
    vi.useFakeTimers({ toFake: ["setInterval"] });
    try {
      await using here = await at({});
      const slow = await owner(here, "slow");
      slow.kill("SIGSTOP");
      const ended = here.seatrial("down");
      const said = async () => {
        vi.advanceTimersByTime(2_000);
        return here.stderr();
      };
      await expect.poll(said).toMatch(/^ {2}… \d+ s {2}waiting for run slow to end\n/);
      slow.kill("SIGCONT");
      expect(await ended).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it("names what is kept when the name is not that of a kept run", async () => {
    await using here = await at({});
    await owner(here, "r1", { root: "/elsewhere" });
    expect(await here.seatrial("down", "r2")).toBe(2);
    expect(here.stderr()).toContain("No r2 is up or kept.");
    expect(here.stderr()).toContain("There are: r1.");
  });
});
