import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { checkDockerFolder, dockerConfigFolder, type Environment } from "../../registry/index.ts";
import { EXIT, messageOf } from "../../support/error.ts";
import { engineError } from "../errors.ts";
import { currentContext, readDockerContext } from "./context.ts";
import { type DockerAddress, parseDockerHost } from "./host.ts";

/** Where a Docker Engine is and how to get in. */
export interface DockerEndpoint {
  /** As DOCKER_HOST would say it: `unix:///var/run/docker.sock`. */
  url: string;
  address: DockerAddress;
  tls?: DockerTls | undefined;
  /** What makes the docker command line talk to the same engine. */
  commandEnvironment: Record<string, string>;
  /** Who said so: `DOCKER_HOST`, `docker context "x"`, `the default socket`. */
  source: string;
}

export interface DockerTls {
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
  /** Check the server's certificate. */
  verify: boolean;
}

const DEFAULT_SOCKET = "/var/run/docker.sock";

/**
 * Finds the engine as the docker command line does: DOCKER_HOST, then DOCKER_CONTEXT, then the context in use, then the
 * default socket (or the rootless one when only that exists). Nothing is dialled.
 */
export async function resolveEndpoint(
  environment: Environment,
  { defaultSocket = DEFAULT_SOCKET }: { defaultSocket?: string } = {},
): Promise<DockerEndpoint> {
  await checkDockerFolder(environment);
  if (environment.DOCKER_HOST) return await fromHost(environment.DOCKER_HOST, environment);
  const { name, source } = await chosenContext(environment);
  if (name !== "default") return await fromContext({ name, source, environment });
  return await fromDefaultSocket(environment, defaultSocket);
}

async function fromHost(host: string, environment: Environment): Promise<DockerEndpoint> {
  const address = parseDockerHost(host, "DOCKER_HOST");
  const wantsTls =
    Boolean(environment.DOCKER_TLS_VERIFY) || Boolean(environment.DOCKER_TLS) || host.startsWith("https://");
  const url = urlOf(address, wantsTls);
  const commandEnvironment: Record<string, string> = { DOCKER_HOST: url };
  if (address.kind !== "tcp" || !wantsTls) {
    return { url, address, commandEnvironment, source: "DOCKER_HOST" };
  }
  const folder = environment.DOCKER_CERT_PATH || dockerConfigFolder(environment);
  const verify = Boolean(environment.DOCKER_TLS_VERIFY) || !environment.DOCKER_TLS;
  commandEnvironment.DOCKER_CERT_PATH = folder;
  commandEnvironment[verify ? "DOCKER_TLS_VERIFY" : "DOCKER_TLS"] = "1";
  // A folder that was named must hold the files; the default one may lack them, as the docker command line allows.
  const tls = await readTls({ folder, verify, required: Boolean(environment.DOCKER_CERT_PATH) });
  return { url, address, tls, commandEnvironment, source: "DOCKER_HOST" };
}

async function chosenContext(environment: Environment): Promise<{ name: string; source: string }> {
  if (environment.DOCKER_CONTEXT) return { name: environment.DOCKER_CONTEXT, source: "DOCKER_CONTEXT" };
  return await currentContext(environment);
}

async function fromContext(options: {
  name: string;
  source: string;
  environment: Environment;
}): Promise<DockerEndpoint> {
  const context = await readDockerContext(options);
  const source = `docker context "${options.name}"`;
  const address = parseDockerHost(context.host, source);
  const tls =
    address.kind === "tcp"
      ? await readTls({ folder: context.tlsFolder, verify: !context.skipTlsVerify, required: false })
      : undefined;
  const hasTls = tls?.ca !== undefined || tls?.cert !== undefined || context.skipTlsVerify;
  return {
    url: urlOf(address, hasTls),
    address,
    tls: hasTls ? tls : undefined,
    commandEnvironment: { DOCKER_CONTEXT: options.name },
    source,
  };
}

async function fromDefaultSocket(environment: Environment, defaultSocket: string): Promise<DockerEndpoint> {
  const rootless = environment.XDG_RUNTIME_DIR && path.join(environment.XDG_RUNTIME_DIR, "docker.sock");
  const isRootless = rootless && !(await exists(defaultSocket)) && (await exists(rootless));
  const socket = isRootless ? rootless : defaultSocket;
  const url = `unix://${socket}`;
  return {
    url,
    address: { kind: "unix", path: socket },
    commandEnvironment: { DOCKER_HOST: url },
    source: "the default socket",
  };
}

/** The address in the docker command line's own words, with the default port said. */
function urlOf(address: DockerAddress, tls: boolean): string {
  if (address.kind === "unix") return `unix://${address.path}`;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  if (address.kind === "tcp") return `tcp://${host}:${tcpPort(address, tls)}`;
  const user = address.user === undefined ? "" : `${encodeURIComponent(address.user)}@`;
  return `ssh://${user}${host}${address.port === undefined ? "" : `:${address.port}`}${address.socket ?? ""}`;
}

/** The port of a TCP address: Docker's own defaults are 2376 with TLS and 2375 without. */
export function tcpPort(address: DockerAddress & { kind: "tcp" }, tls: boolean): number {
  return address.port ?? (tls ? 2376 : 2375);
}

async function readTls(options: { folder: string; verify: boolean; required: boolean }): Promise<DockerTls> {
  const read = async (name: string): Promise<string | undefined> => {
    const file = path.join(options.folder, name);
    try {
      return await readFile(file, "utf8");
    } catch (error) {
      const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
      if (missing && !options.required) return undefined;
      throw engineError({
        code: "DOCKER_HOST_INVALID",
        message: `TLS file ${file} could not be read: ${messageOf(error)}`,
        hint: "DOCKER_CERT_PATH must name a folder with ca.pem, cert.pem and key.pem.",
        cause: error,
        exitCode: EXIT.usage,
      });
    }
  };
  // One after the other: of several that are missing it is always the same one that is told.
  const [ca, cert, key] = [await read("ca.pem"), await read("cert.pem"), await read("key.pem")];
  return { ca, cert, key, verify: options.verify };
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
