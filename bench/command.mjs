import { spawn } from "node:child_process";
import { endWithUs } from "./stop.mjs";

/** Runs a command to its end, with `input` if there is any; rejects with its output when it fails. */
export function run(command, args, { input, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const stdin = input === undefined ? "ignore" : "pipe";
    const child = spawn(command, args, { stdio: [stdin, "pipe", "pipe"], ...options });
    endWithUs(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0
        ? resolve(output)
        : reject(new Error(`${command} ${args.join(" ")} ended with ${code}\n${output}`)),
    );
    child.stdin?.end(input);
  });
}
