import { readFile } from "node:fs/promises";

/** A process of this machine, and no other one that gets its number later. */
export interface ProcessRef {
  pid: number;
  /** As `processIdentity` gives it. */
  identity: string;
}

/** Something that no other process has ever had, or "" when there is no such process. */
export async function processIdentity(pid: number): Promise<string> {
  try {
    const [boot, stat] = await Promise.all([
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
      readFile(`/proc/${pid}/stat`, "utf8"),
    ]);
    // The second field, the program's name, may hold spaces and parentheses; the third is the state, the 22nd the start.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // One that has ended is listed until its parent has asked how.
    if (fields[0] === "Z" || fields[0] === "X") return "";
    return `${boot.trim()} ${fields[19]}`;
  } catch {
    return await identityWithoutProc(pid);
  }
}

async function identityWithoutProc(pid: number): Promise<string> {
  try {
    process.kill(pid, 0);
    return `pid ${pid}`;
  } catch {
    return "";
  }
}
