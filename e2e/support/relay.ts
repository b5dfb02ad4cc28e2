import { spawn } from "node:child_process";
import { once } from "node:events";
import type { NetworkSpace } from "./network-space.ts";

const LISTEN = `
  const [port, host] = process.argv.slice(1);
  require("node:net").createServer((near) => {
    const far = require("node:net").connect({ port, host }).on("error", () => near.destroy());
    near.on("error", () => far.destroy());
    near.pipe(far).pipe(near);
  }).listen(port, "127.0.0.1", () => console.log("ready"));`;

/** Makes a port that this machine serves at the space's cable a port of localhost in the space, where engines ask for no certificate. */
export async function relayPort(space: NetworkSpace, port: number): Promise<AsyncDisposable> {
  const [file = "", ...args] = ["nsenter", `--net=${space.file}`].concat(
    [process.execPath, "-e", LISTEN],
    [`${port}`, space.ours],
  );
  const relay = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(relay, "exit");
  await Promise.race([once(relay.stdout, "data"), gone]);
  return {
    async [Symbol.asyncDispose]() {
      relay.kill();
      await gone;
    },
  };
}
