import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { docker, eventually } from "./engine.ts";
import { project } from "./project.ts";

const run = promisify(execFile);

/** A machine that is reached over ssh only, and whose engine is ours. It lets one key in, as root. */
export interface SshMachine extends AsyncDisposable {
  /** What a program needs to be let in, with ssh's settings unless others are given. */
  env(settings?: Record<string, string>): Promise<Record<string, string>>;
  /** What sshd has said so far. */
  log(): Promise<string>;
  /** How many connections to the engine it carries now. */
  connections(): Promise<number>;
  /** Takes it away, as a power failure would. */
  kill(): Promise<void>;
}

const IMAGE = `seatrial-e2e-ssh-machine:${process.pid}`;
const READY_MS = 20_000;

/** Builds the image of such machines: OpenSSH's server and the docker command line, with nothing set but the log's level. */
export async function buildSshMachine(): Promise<AsyncDisposable> {
  await using context = await project({
    Dockerfile: [
      "FROM debian:13",
      "RUN apt-get update && apt-get install -y --no-install-recommends openssh-server docker-cli && rm -rf /var/lib/apt/lists/*",
      "RUN rm /etc/ssh/ssh_host_* && mkdir -p /run/sshd /root/.ssh",
      'CMD ["/usr/sbin/sshd", "-D", "-e", "-o", "LogLevel=VERBOSE"]',
    ].join("\n"),
  });
  await docker("build", "--quiet", "--tag", IMAGE, context.folder);
  return {
    async [Symbol.asyncDispose]() {
      await docker("image", "rm", IMAGE);
    },
  };
}

/** Starts one on a port of the loopback device, with keys of its own. The user's own ssh configuration plays no part. */
export async function startSshMachine(name: string): Promise<SshMachine> {
  const files = await project({});
  const at = (file: string) => `${files.folder}/${file}`;
  const remove = async () => {
    await docker("rm", "--force", name).catch(() => undefined);
    await files[Symbol.asyncDispose]();
  };
  try {
    for (const key of ["user", "host"]) {
      await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", key, "-f", at(key)]);
    }
    const socket = "/var/run/docker.sock";
    await docker("create", "--name", name, "--publish=127.0.0.1::22", `--volume=${socket}:${socket}`, IMAGE);
    await docker("cp", at("host"), `${name}:/etc/ssh/ssh_host_ed25519_key`);
    await chmod(at("user.pub"), 0o600);
    await docker("cp", at("user.pub"), `${name}:/root/.ssh/authorized_keys`);
    await docker("start", name);
    const log = async () => (await run("docker", ["logs", name])).stderr;
    await eventually({ ask: log, until: (said) => said.includes("Server listening"), within: READY_MS });
    const port = (await docker("port", name, "22")).split(":").at(-1) ?? "";
    await files.write("known_hosts", `[127.0.0.1]:${port} ${await readFile(at("host.pub"), "utf8")}`);
    const { stdout } = await run("sh", ["-c", "command -v ssh"]);
    return {
      async env(settings = {}) {
        const all = Object.entries({
          IdentityFile: at("user"),
          UserKnownHostsFile: at("known_hosts"),
          GlobalKnownHostsFile: "none",
          StrictHostKeyChecking: "yes",
          IdentitiesOnly: "yes",
          IdentityAgent: "none",
          ...settings,
        });
        const own = await mkdtemp(at("login-"));
        await writeFile(`${own}/config`, all.map((setting) => `${setting.join(" ")}\n`).join(""));
        // ssh looks for its configuration in the home folder that the system knows, whatever HOME says.
        const script = `#!/bin/sh\nexec ${stdout.trim()} -F ${own}/config "$@"\n`;
        await writeFile(`${own}/ssh`, script, { mode: 0o755 });
        return { DOCKER_HOST: `ssh://root@127.0.0.1:${port}`, PATH: `${own}:${process.env.PATH}` };
      },
      log,
      async connections() {
        // `docker top` would need ps on this machine, which small ones do not have.
        const processes = await docker("exec", name, "sh", "-c", "cat /proc/[0-9]*/cmdline || true");
        return processes.split("docker\0system\0dial-stdio").length - 1;
      },
      async kill() {
        await docker("kill", name);
      },
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
