import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { NetworkSpace } from "./network-space.ts";

const THERE = `
  const [port, host] = process.argv.slice(1);
  require("node:net").createServer((near) => {
    const far = require("node:net").connect({ port, host }).on("error", () => near.destroy());
    near.on("error", () => far.destroy());
    near.pipe(far).pipe(near);
  }).listen(port, "127.0.0.1", () => console.log("ready"));`;

/** Makes a port of this machine's loopback one of the space's loopback, where engines ask registries for no certificate. */
export async function relayPort(space: NetworkSpace, port: number): Promise<AsyncDisposable> {
  const sockets = new Set<Socket>();
  const here = createServer((near) => {
    const far = connect({ port, host: "127.0.0.1" }).on("error", () => near.destroy());
    near.on("error", () => far.destroy());
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) sockets.add(socket.on("close", () => sockets.delete(socket)));
  });
  here.listen(port, space.ours);
  const [file = "", ...args] = ["nsenter", `--net=${space.file}`].concat(
    [process.execPath, "-e", THERE],
    [`${port}`, space.ours],
  );
  const there = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(there, "exit");
  await Promise.race([once(there.stdout, "data"), gone]);
  return {
    async [Symbol.asyncDispose]() {
      there.kill();
      here.close();
      for (const socket of sockets) socket.destroy();
      await gone;
    },
  };
}
