import { spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import { deferred } from "../../support/abort.ts";
import { engineError } from "../errors.ts";
import type { DialOptions } from "./dial-options.ts";
import type { DockerAddress } from "./host.ts";
import { createSshConnection, type SshChild } from "./ssh-connection.ts";

type SshAddress = DockerAddress & { kind: "ssh" };

/**
 * One ssh process that carries one connection: `docker system dial-stdio` on the other machine joins it to the engine's socket.
 * ssh asks no questions; keys come from the user's own configuration and agent.
 */
export async function dialSsh(
  options: DialOptions & { address: SshAddress; onReady: () => void },
): Promise<Duplex> {
  const { address, environment, connectTimeout } = options;
  const child: SshChild = spawn("ssh", sshArguments(address, connectTimeout), {
    env: environment,
    stdio: ["pipe", "pipe", "pipe"],
    // Ctrl-C at the terminal is for the program to handle, not for its connections.
    detached: true,
  });
  const spawned = deferred<void>();
  child.once("spawn", () => spawned.resolve());
  child.on("error", spawned.reject);
  try {
    await spawned.promise;
  } catch (cause) {
    throw engineError({
      code: "ENGINE_UNREACHABLE",
      message: `The engine is at ${options.endpoint.url}, and ssh could not be started.`,
      hint: "Install the OpenSSH client.",
      cause,
    });
  }
  return createSshConnection({ child, url: options.endpoint.url, onReady: options.onReady });
}

/** The argument list of ssh, with the destination after `--`. */
export function sshArguments(address: SshAddress, connectTimeout: number): string[] {
  const seconds = Math.max(1, Math.ceil(connectTimeout / 1000));
  return [
    "-T",
    ...["-o", "BatchMode=yes"],
    ...["-o", `ConnectTimeout=${seconds}`],
    ...["-o", "ServerAliveInterval=30"],
    ...(address.user === undefined ? [] : ["-l", address.user]),
    ...(address.port === undefined ? [] : ["-p", String(address.port)]),
    "--",
    address.host,
    "docker",
    ...(address.socket === undefined ? [] : ["--host", shellQuoted(`unix://${address.socket}`)]),
    ...["system", "dial-stdio"],
  ];
}

/** The command line is read by the shell of the other machine. */
function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
