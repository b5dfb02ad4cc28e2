import { spawn } from "node:child_process";

/** Runs a command to its end, whatever that is. Not with spawnSync: this process may have to answer what the command asks. */
export async function runCommand([command, ...args], { input, ...options } = {}) {
  const child = spawn(command, args, options);
  const output = { stdout: [], stderr: [] };
  for (const stream of ["stdout", "stderr"]) child[stream].on("data", (chunk) => output[stream].push(chunk));
  // A child that ends early has no use for the rest.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  const text = (stream) => Buffer.concat(output[stream]).toString();
  return { code, stdout: text("stdout"), stderr: text("stderr") };
}
