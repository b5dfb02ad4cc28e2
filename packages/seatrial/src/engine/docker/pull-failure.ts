import {
  type Credentials,
  describeCredentials,
  formatReference,
  type ImageReference,
  isLoggedIn,
} from "../../registry/index.ts";
import { EXIT, type ToolError } from "../../support/error.ts";
import { engineError } from "../errors.ts";

/** What a failed download means, from the registry's words as the engine passes them on. */
export function pullFailure(options: {
  reference: ImageReference;
  message: string;
  /** What was sent along. */
  credentials: Credentials;
}): ToolError {
  const { reference, message, credentials } = options;
  const name = formatReference(reference);
  const { registry } = reference;
  if (/toomanyrequests|too many requests|rate limit/i.test(message)) {
    return engineError({
      code: "IMAGE_PULL_DENIED",
      message: `Registry ${registry} refused to send ${name} for now: ${message}`,
      hint: isLoggedIn(credentials)
        ? "Wait, or use a mirror of the registry."
        : `Log in for a higher limit: ${loginCommand(registry)}`,
    });
  }
  if (DENIED.test(message)) {
    return engineError({
      code: "IMAGE_PULL_DENIED",
      message: `Registry ${registry} does not give out ${name} ${describeCredentials(credentials)}: ${message}`,
      hint: `Check the name, then log in: ${loginCommand(registry)}`,
    });
  }
  if (NOT_FOUND.test(message)) {
    return engineError({
      code: "IMAGE_NOT_FOUND",
      message: `Image ${name} does not exist in registry ${registry}: ${message}`,
      hint: "Check its name, tag and platform.",
      exitCode: EXIT.usage,
    });
  }
  if (/x509|certificate|HTTP response to HTTPS client/i.test(message)) {
    return engineError({
      code: "REGISTRY_UNREACHABLE",
      message: `The engine does not trust registry ${registry} (for ${name}): ${message}`,
      hint: `Give the engine the registry's CA (/etc/docker/certs.d/${registry}/ca.crt), or list it under insecure-registries.`,
    });
  }
  if (AWAY.test(message)) {
    return engineError({
      code: "REGISTRY_UNREACHABLE",
      message: `The engine cannot reach registry ${registry} (for ${name}): ${message}`,
      hint: "Check the registry's name and the engine's network and proxy settings, or load the image into the engine beforehand.",
    });
  }
  return engineError({
    code: "ENGINE_FAILED",
    message: `Image ${name} could not be pulled: ${message}`,
    hint: `Try the same by hand: docker pull ${name}`,
  });
}

const DENIED =
  /unauthorized|access denied|denied:|authentication required|no basic auth credentials|forbidden|\b40[13]\b/i;
const NOT_FOUND = /manifest unknown|not found|no matching manifest|does not exist|name unknown/i;
const AWAY =
  /no such host|dial tcp|connection refused|timeout|deadline exceeded|network is unreachable|no route to host|connection reset|\bEOF\b|server misbehaving|\b50[0234]\b|proxyconnect/i;

function loginCommand(registry: string): string {
  return registry === "docker.io" ? "docker login" : `docker login ${registry}`;
}
