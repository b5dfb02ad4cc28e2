import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { certificates } from "./certificates.ts";
import { docker, eventually } from "./engine.ts";
import { networkSpace } from "./network-space.ts";
import { relayPort } from "./relay.ts";

const run = promisify(execFile);

/** A second Docker Engine, for whoever is not on its machine: it has a network of its own and is reached over TCP with TLS. */
export interface SecondEngine extends AsyncDisposable {
  /** What a program needs to find it and be let in. */
  env: Record<string, string>;
  /** The engine's own socket; only who shares its file system can use it. */
  socket: string;
  /** Its address as seen from here. */
  address: string;
  docker(...args: string[]): Promise<string>;
  /** Gives it an image that the first engine has. */
  load(image: string): Promise<void>;
  /** As if it had just begun, but for these images: what a job finds whose engine is its own. */
  empty(options: { keep: readonly string[] }): Promise<void>;
}

const START_MS = 60_000;

/**
 * Starts it in a network namespace, so that neither engine touches the other's bridges and packet filter. A port of
 * this machine's loopback can be one of its loopback, too. Needs root.
 */
export async function startSecondEngine({ port }: { port?: number } = {}): Promise<SecondEngine> {
  const folder = await mkdtemp(path.join(tmpdir(), "seatrial-engine-"));
  const at = (name: string) => path.join(folder, name);
  const socket = at("docker.sock");
  const space = await networkSpace();
  await certificates(folder, space.address);
  // A configuration file of its own: the one in /etc is the first engine's.
  await writeFile(at("daemon.json"), "{}");
  const options = {
    "config-file": at("daemon.json"),
    "data-root": at("data"),
    "exec-root": at("exec"),
    pidfile: at("docker.pid"),
    tlscacert: at("ca.pem"),
    tlscert: at("server.pem"),
    tlskey: at("server-key.pem"),
  };
  const [file = "", ...args] = ["nsenter", `--net=${space.file}`, "dockerd", "--tlsverify"].concat(
    Object.entries(options).map(([name, value]) => `--${name}=${value}`),
    [`--host=unix://${socket}`, `--host=tcp://${space.address}:2376`],
  );
  // It starts itself anew several times for each container, and each of those would collect garbage that ends with it.
  const env = { ...process.env, GOGC: "400" };
  const daemon = spawn(file, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  daemon.stderr.pipe(createWriteStream(at("dockerd.log")));
  const gone = once(daemon, "exit");
  const relay = port === undefined ? undefined : await relayPort(space, port);
  const own = (...words: string[]) => docker("--host", `unix://${socket}`, ...words);
  const stop = async () => {
    daemon.kill("SIGTERM");
    await Promise.all([gone, relay?.[Symbol.asyncDispose]()]);
    await space[Symbol.asyncDispose]();
    // dockerd makes a mount of its data folder where mounts are private, and leaves it where our root is a folder of another file system.
    await run("umount", [at("data")]).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await eventually({
      ask: async () => {
        if (daemon.exitCode !== null) throw new Error(await readFile(at("dockerd.log"), "utf8"));
        return await own("version").catch(() => "");
      },
      until: (answer) => answer !== "",
      within: START_MS,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    env: {
      DOCKER_HOST: `tcp://${space.address}:2376`,
      DOCKER_TLS_VERIFY: "1",
      DOCKER_CERT_PATH: folder,
    },
    socket,
    address: space.address,
    docker: own,
    async load(image) {
      await docker("image", "inspect", image).catch(() => docker("pull", image));
      await docker("save", "--output", at("image.tar"), image);
      await own("load", "--input", at("image.tar"));
      await rm(at("image.tar"));
    },
    async empty({ keep }) {
      const lines = async (...words: string[]) => (await own(...words)).split("\n").filter((id) => id !== "");
      const kept = new Set(await lines("image", "inspect", "--format", "{{.Id}}", ...keep));
      const remove = async (what: string[], ids: string[]) => {
        if (ids.length > 0) await own(...what, "--force", ...new Set(ids));
      };
      await remove(["rm", "--volumes"], await lines("ps", "--all", "--quiet"));
      const images = await lines("images", "--all", "--no-trunc", "--quiet");
      await remove(
        ["image", "rm"],
        images.filter((id) => !kept.has(id)),
      );
      await remove(["volume", "rm"], await lines("volume", "ls", "--quiet"));
      await own("builder", "prune", "--all", "--force");
    },
    async [Symbol.asyncDispose]() {
      const left = (await own("ps", "--quiet")).split("\n").filter((id) => id !== "");
      if (left.length > 0) await own("kill", ...left);
      await stop();
    },
  };
}
