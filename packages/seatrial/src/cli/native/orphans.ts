import { readdir, readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { type ProcessRef, processIdentity } from "../../run/index.ts";

/** Commands of `exec` that go on although their `exec` was killed. */
export interface Orphans {
  /** A command has begun; the signal aborts when its `exec` is gone, however it ended. */
  watch(command: ProcessRef, exec: AbortSignal): void;
  /** How many go on, as far as is known. */
  readonly size: number;
  /** Ends those that go on, with what they have started, where /proc tells what that is. Takes 2 s at most, and never rejects. */
  end(): Promise<void>;
}

const PATIENCE_MS = 2_000;
const LOOK_MS = 50;

/** No command yet. */
export function createOrphans(): Orphans {
  const left = new Set<ProcessRef>();

  /** Nearly all have ended before their `exec`. */
  async function leaveBehind(command: ProcessRef): Promise<void> {
    left.add(command);
    const all = [...left];
    const living = await alive(all);
    for (const each of all) if (!living.includes(each)) left.delete(each);
  }

  return {
    get size() {
      return left.size;
    },
    watch(command, exec) {
      const leave = () => void leaveBehind(command);
      if (exec.aborted) leave();
      else exec.addEventListener("abort", leave, { once: true });
    },
    async end() {
      const families = await Promise.all([...left].map(familyOf)).catch(() => []);
      left.clear();
      const all = families.flat();
      for (const { pid } of all) send(pid, "SIGTERM");
      const limit = Date.now() + PATIENCE_MS;
      let living = await alive(all);
      while (living.length > 0 && Date.now() < limit) {
        await wait(LOOK_MS);
        living = await alive(living);
      }
      for (const { pid } of living) send(pid, "SIGKILL");
    },
  };
}

/** It and all that it started; nothing when it has ended, or when another process may have its number by now. */
async function familyOf(command: ProcessRef): Promise<ProcessRef[]> {
  const isCertain = command.identity.includes(" ") && !command.identity.startsWith("pid ");
  if (!isCertain || (await alive([command])).length === 0) return [];
  const parents = await parentsOfAll();
  const pids = [command.pid];
  // It grows while it is gone through.
  for (const pid of pids) for (const [child, parent] of parents) if (parent === pid) pids.push(child);
  const others = pids.slice(1).map(async (pid) => ({ pid, identity: await processIdentity(pid) }));
  return [command, ...(await Promise.all(others))];
}

async function alive(processes: readonly ProcessRef[]): Promise<ProcessRef[]> {
  const now = await Promise.all(processes.map(({ pid }) => processIdentity(pid)));
  return processes.filter(({ identity }, index) => identity !== "" && identity === now[index]);
}

/** Of each process of this machine. */
async function parentsOfAll(): Promise<Map<number, number>> {
  const names = await readdir("/proc");
  const found = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (name): Promise<[number, number]> => {
        const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
        // The second field, the program's name, may hold anything; the fourth is the parent.
        return [Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])];
      }),
  );
  return new Map(found);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}
