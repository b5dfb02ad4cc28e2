import { EXIT } from "../../support/error.ts";
import { engineError } from "../errors.ts";

/** How a Docker Engine is dialled, without credentials. */
export type DockerAddress =
  | { kind: "unix"; path: string }
  | { kind: "tcp"; host: string; port: number | undefined }
  | {
      kind: "ssh";
      host: string;
      user: string | undefined;
      port: number | undefined;
      /** The engine's socket on that machine, when it is not the default one. */
      socket: string | undefined;
    };

/** Reads a value of DOCKER_HOST, as the docker command line understands it. `source` says where the value stands. */
export function parseDockerHost(value: string, source: string): DockerAddress {
  const [, scheme, rest] = /^([a-z]+):\/\/(.*)$/i.exec(value) ?? [undefined, "tcp", value];
  switch (scheme?.toLowerCase()) {
    case "unix":
      if (rest?.startsWith("/")) return { kind: "unix", path: rest };
      throw invalidHost({ value, source, why: "a unix address needs an absolute path" });
    case "tcp":
    case "http":
    case "https":
      return tcpAddress(value, source);
    case "ssh":
      return sshAddress(value, source);
    case "npipe":
      throw invalidHost({
        value,
        source,
        why: "named pipes of Windows are not supported",
        hint: "Run seatrial inside WSL 2, where the engine has a unix socket, or use tcp:// or ssh://.",
      });
    default:
      throw invalidHost({ value, source, why: `${scheme}:// is not a way to reach an engine` });
  }
}

function tcpAddress(value: string, source: string): DockerAddress {
  const url = asUrl(value.includes("://") ? value : `tcp://${value}`);
  if (url === undefined || url.hostname === "" || (url.pathname !== "" && url.pathname !== "/")) {
    throw invalidHost({ value, source, why: "host and port were expected, such as tcp://127.0.0.1:2376" });
  }
  return { kind: "tcp", host: withoutBrackets(url.hostname), port: portOf(url) };
}

function sshAddress(value: string, source: string): DockerAddress {
  const url = asUrl(value);
  // What starts with a dash would be read by ssh as an option.
  const isOption = url?.hostname.startsWith("-") || url?.username.startsWith("-");
  if (url === undefined || url.hostname === "" || isOption) {
    throw invalidHost({ value, source, why: "user and host were expected, such as ssh://me@build-machine" });
  }
  if (url.password !== "") {
    throw invalidHost({
      value: value.replace(`:${url.password}@`, ":…@"),
      source,
      why: "a password in an ssh address is not supported",
      hint: "Use a key and ssh-agent.",
    });
  }
  return {
    kind: "ssh",
    host: withoutBrackets(url.hostname),
    user: url.username === "" ? undefined : decodeURIComponent(url.username),
    port: portOf(url),
    socket: url.pathname === "" || url.pathname === "/" ? undefined : decodeURIComponent(url.pathname),
  };
}

function asUrl(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}

function portOf(url: URL): number | undefined {
  return url.port === "" ? undefined : Number(url.port);
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}

function invalidHost(options: { value: string; source: string; why: string; hint?: string }) {
  return engineError({
    code: "DOCKER_HOST_INVALID",
    message: `${options.source} is ${options.value}: ${options.why}.`,
    hint: options.hint ?? "Use unix:///var/run/docker.sock, tcp://host:2376 or ssh://user@host, or unset it.",
    exitCode: EXIT.usage,
  });
}
