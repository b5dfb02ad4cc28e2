import { readFile } from "node:fs/promises";

/** Something that no other process has ever had, or "" when there is no such process. */
export async function processIdentity(pid: number): Promise<string> {
  try {
    const [boot, stat] = await Promise.all([
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
      readFile(`/proc/${pid}/stat`, "utf8"),
    ]);
    // The 22nd field; the second one, the program's name, may hold spaces and parentheses.
    const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return `${boot.trim()} ${started}`;
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
