import {
  type Credentials,
  describeCredentials,
  formatReference,
  type ImageReference,
  isLoggedIn,
} from "../../registry/index.ts";
import type { ToolError } from "../../support/error.ts";
import type { EngineErrorCode } from "../errors.ts";
import { engineError } from "../errors.ts";

/** A transfer between the engine and a registry that failed, in the registry's words as the engine passes them on. */
export interface FailedTransfer {
  reference: ImageReference;
  message: string;
  /** What was sent along. */
  credentials: Credentials;
}

/** The registry does not let us; undefined when its words say something else. */
export function accessFailure(
  transfer: FailedTransfer,
  refusal: { code: EngineErrorCode /** `give out`, `take` */; verb: string },
): ToolError | undefined {
  const { message, credentials } = transfer;
  const { registry } = transfer.reference;
  const name = formatReference(transfer.reference);
  const { code, verb } = refusal;
  if (/toomanyrequests|too many requests|rate limit/i.test(message)) {
    return engineError({
      code,
      message: `Registry ${registry} does not let us ${verb} ${name} for now: ${message}`,
      hint: isLoggedIn(credentials)
        ? "Wait, or use a mirror of the registry."
        : `Log in for a higher limit: ${loginCommand(registry)}`,
    });
  }
  if (!DENIED.test(message)) return undefined;
  return engineError({
    code,
    message: `Registry ${registry} does not let us ${verb} ${name} ${describeCredentials(credentials)}: ${message}`,
    hint: `Check the name, then log in: ${loginCommand(registry)}`,
  });
}

/** The engine does not get to the registry, or does not trust it; undefined when the words say something else. */
export function connectionFailure({ reference, message }: FailedTransfer): ToolError | undefined {
  const { registry } = reference;
  const name = formatReference(reference);
  if (/x509|certificate|HTTP response to HTTPS client/i.test(message)) {
    return engineError({
      code: "REGISTRY_UNREACHABLE",
      message: `The engine does not trust registry ${registry} (for ${name}): ${message}`,
      hint: `Give the engine the registry's CA (/etc/docker/certs.d/${registry}/ca.crt), or list it under insecure-registries.`,
    });
  }
  if (!AWAY.test(message)) return undefined;
  return engineError({
    code: "REGISTRY_UNREACHABLE",
    message: `The engine cannot reach registry ${registry} (for ${name}): ${message}`,
    hint: "Check the registry's name and the engine's network and proxy settings, or load the image into the engine beforehand.",
  });
}

const DENIED =
  /unauthorized|access denied|denied:|authentication required|no basic auth credentials|forbidden|\b40[13]\b/i;
const AWAY =
  /no such host|dial tcp|connection refused|timeout|deadline exceeded|network is unreachable|no route to host|connection reset|\bEOF\b|server misbehaving|\b50[0234]\b|proxyconnect/i;

function loginCommand(registry: string): string {
  return registry === "docker.io" ? "docker login" : `docker login ${registry}`;
}
