// Starts the processes of the benchmark: bundled, since they are made of the tool's own sources.
import { fork } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { NODE_BUNDLE } from "../../scripts/node-bundle.mjs";
import { failIfStopped, stopped } from "../stop.mjs";

const here = dirname(fileURLToPath(import.meta.url));

/** Bundles programs of this folder into another one. */
export async function bundle(names, outdir) {
  await build({
    ...NODE_BUNDLE,
    entryPoints: names.map((name) => join(here, `${name}.mjs`)),
    outdir,
    outExtension: { ".js": ".mjs" },
    splitting: true,
  });
}

/** A process that is asked by messages, one at a time. */
export function startProcess(file, options, flags = []) {
  const child = fork(file, [JSON.stringify(options)], { execArgv: flags, stdio: ["ignore", 2, 2, "ipc"] });
  const exited = once(child, "exit");
  const lost = Promise.race([exited, once(stopped, "abort")]).then(([code, signal]) => {
    failIfStopped();
    throw new Error(`${file} ended with ${signal ?? code}`);
  });
  lost.catch(() => undefined);
  const answer = async () => {
    const [message] = await Promise.race([once(child, "message"), lost]);
    if (message.error !== undefined) throw new Error(message.error);
    return message;
  };
  return {
    pid: child.pid,
    answer,
    async ask(message) {
      const answered = answer();
      child.send(message);
      return await answered;
    },
    async end() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
