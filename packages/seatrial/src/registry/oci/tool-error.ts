import { formatDuration } from "../../model/index.ts";
import type { ToolError } from "../../support/error.ts";
import { isLoggedIn } from "../credentials.ts";
import { registryError } from "../errors.ts";
import type { RepositoryName } from "../registry.ts";
import { Refusal, TransportFailure } from "./failure.ts";
import type { Host } from "./host.ts";
import { loginOf } from "./login.ts";

export interface FailedCall {
  host: Host;
  name: RepositoryName;
  /** `push manifest 1.0` */
  what: string;
}

/** What a failure means for users: names registry, repository, and whose credentials were used. Any other error stays as it is. */
export function toolErrorOf(error: unknown, call: FailedCall): unknown {
  if (error instanceof Refusal) return ofRefusal(error, call);
  return error instanceof TransportFailure ? ofTransport(error, call) : error;
}

function ofRefusal(refusal: Refusal, call: FailedCall): ToolError {
  const { host, name, what } = call;
  const { status, speaker, codes } = refusal;
  const place = `repository ${name.repository} of registry ${name.registry}`;
  const by = speaker === undefined ? "" : ` The ${speaker.role} at ${speaker.origin} says so.`;
  const said = `${refusal.message}.${by}`;
  const failed = `Could not ${what} (${place}) ${loginOf(host)}`;
  const credentials = host.authorization.credentials();
  const login = `docker login ${name.registry === "docker.io" ? "" : name.registry}`.trim();
  const isKnown = credentials !== undefined && isLoggedIn(credentials);
  if ((status === 401 || status === 403) && speaker?.role !== "storage") {
    return registryError({
      code: "REGISTRY_DENIED",
      message: `${failed}: ${said}`,
      hint:
        isKnown && status === 403
          ? `Whoever owns ${name.repository} must give that user the right to it.`
          : `Check the name of the repository, then log in: ${login}`,
      cause: refusal,
    });
  }
  if (status === 429) {
    return registryError({
      code: "REGISTRY_LIMITED",
      message: `${failed}: the registry has had too many requests and ${askedWait(refusal)}: ${said}`,
      hint: `Wait, ${isKnown ? "" : `log in for a higher limit (${login}), `}or use a mirror of the registry.`,
      cause: refusal,
    });
  }
  if (codes.includes("DIGEST_INVALID")) {
    return registryError({
      code: "REGISTRY_DIGEST_MISMATCH",
      message: `${failed}: what arrived is not what its digest says: ${said}`,
      hint: "Try again; when it stays so, something on the way changes what is sent.",
      cause: refusal,
    });
  }
  // What it does not have (501) does not pass.
  if ((status >= 500 && status !== 501) || status < 400 || speaker !== undefined) {
    return registryError({
      code: "REGISTRY_FAILED",
      message: `${failed}: the registry failed: ${said}`,
      hint: "Try again later, or ask whoever runs the registry.",
      cause: refusal,
    });
  }
  return registryError({
    code: "REGISTRY_REFUSED",
    message: `${failed}: the registry refused it: ${said}`,
    hint: "Check that the repository exists, or may be made by a push, and what the registry allows in it.",
    cause: refusal,
  });
}

function askedWait({ waitMs }: Refusal): string {
  return waitMs === undefined ? "does not take ours" : `asks us to wait ${formatDuration(waitMs)}`;
}

function ofTransport(failure: TransportFailure, call: FailedCall): ToolError {
  const { name, what, host } = call;
  const place = `repository ${name.repository} of registry ${name.registry}`;
  // Where nobody had to log in before it failed, a login has nothing to do with it.
  const by = host.authorization.credentials() === undefined ? "" : ` ${loginOf(host)}`;
  const failed = `Could not ${what} (${place})${by}`;
  const said = host.redactor.text(failure.message);
  const { kind } = failure;
  if (kind === "nonsense") {
    return registryError({
      code: "REGISTRY_FAILED",
      message: `${failed}: the registry's answer makes no sense: ${said}.`,
      hint: "Check that this is the address of a registry, and what proxies are in between.",
      cause: failure,
    });
  }
  const [how, hint] = TRANSPORT[kind];
  return registryError({
    code: "REGISTRY_UNREACHABLE",
    message: `${failed}: the registry ${how}: ${said}.`,
    hint: hint.replace("<host>", name.registry),
    cause: failure,
  });
}

const TRANSPORT = {
  away: ["cannot be reached", "Check its name and port, the network, and HTTPS_PROXY and NO_PROXY."],
  untrusted: [
    "is not trusted",
    "Put its authority into /etc/docker/certs.d/<host>/ca.crt, or into the system's own.",
  ],
  "no-tls": [
    "speaks no TLS",
    "Give it a certificate, or say that plain HTTP is fine with <host>: release.insecure in seatrial.yaml, --insecure of verify.",
  ],
  lost: ["broke the connection off", "Try again; look at the registry's log, and at proxies in between."],
  late: [
    "does not answer in time",
    "Try again later; look whether the registry or the network is overloaded.",
  ],
} as const;
