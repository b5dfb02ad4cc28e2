// From the start of the program to its first request at the engine, seen from the engine's side of the socket.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { measure, table } from "./measure.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const seatrial = join(here, "../packages/seatrial/dist/main.js");

/** Starts a program against a socket of ours and resolves at its first request. */
async function untilFirstRequest(socket, command, args) {
  let arrived;
  const request = new Promise((resolve) => (arrived = resolve));
  const server = createServer(() => arrived());
  await new Promise((resolve) => server.listen(socket, resolve));
  const child = spawn(command, args, {
    stdio: "ignore",
    env: { ...process.env, DOCKER_HOST: `unix://${socket}` },
  });
  const ended = once(child, "close").then(() => {
    throw new Error(`${command} ended without a request`);
  });
  try {
    await Promise.race([request, ended]);
  } finally {
    child.kill("SIGKILL");
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

export async function start({ rounds = 15 } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "seatrial-bench-"));
  const socket = join(folder, "engine.sock");
  const project = join(here, "cycle");
  try {
    const times = await measure({
      rounds,
      contestants: [
        {
          name: "seatrial test",
          run: () => untilFirstRequest(socket, process.execPath, [seatrial, "test", "--folder", project]),
        },
        { name: "docker ps", run: () => untilFirstRequest(socket, "docker", ["ps"]) },
      ],
    });
    return table(times);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
