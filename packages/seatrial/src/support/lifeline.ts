import { spawn } from "node:child_process";
import { existsSync } from "node:fs";

/** What ends with this process. Disposed of, it lets go. */
export interface Lifeline extends Disposable {
  /** Kills this group of processes when we end in any way, kill -9 included. */
  hold(group: number): void;
}

/** A small program that reads a pipe which only we hold: its end is ours. Opened before what it is for, so that nothing starts without. */
export function openLifeline(options: { shell?: string } = {}): Lifeline {
  const { shell = "/bin/sh" } = options;
  const [file, ...args] = existsSync(shell) ? [shell, "-c", IN_SHELL] : [process.execPath, "-e", IN_NODE];
  // A group of its own: what a terminal sends to ours must not end it first.
  const watcher = spawn(file, args, { stdio: ["pipe", "ignore", "ignore"], detached: true });
  // One that cannot be started leaves things as they would be without it.
  watcher.on("error", () => undefined);
  watcher.stdin.on("error", () => undefined);
  watcher.unref();
  let holds = false;
  return {
    hold(group) {
      holds = true;
      watcher.stdin.write(`${group}\n`);
    },
    [Symbol.dispose]: () => void watcher.stdin.end(holds ? "done\n" : ""),
  };
}

const IN_SHELL = 'read -r group || exit; read -r done || kill -s KILL -- "-$group"';

/** The same for machines without a shell; it takes a hundred times as long to start. */
const IN_NODE = `let said = "";
process.stdin.on("data", (text) => (said += text)).on("end", () => {
  const [group, done] = said.split("\\n");
  if (group !== "" && done === "") process.kill(-group, "SIGKILL");
});`;
