import { formatDuration } from "../../model/index.ts";
import { isToolError, messageOf, type ToolError } from "../../support/error.ts";
import { engineError } from "../errors.ts";
import type { DockerEndpoint } from "./endpoint.ts";

/** Why no connection came about, in words that lead to the next step. */
export function dialFailure(endpoint: DockerEndpoint, cause: unknown): ToolError {
  if (isToolError(cause)) return cause;
  const code = systemCode(cause);
  const text = messageOf(cause);
  if (code === "EACCES" || code === "EPERM") {
    return engineError({
      code: "ENGINE_DENIED",
      message: `Permission denied on the engine's socket ${endpoint.url} (from ${endpoint.source}).`,
      hint: "Add yourself to the group that owns it (`sudo usermod -aG docker $USER`, then log in again), or use a rootless engine.",
      cause,
    });
  }
  if (isTlsFailure(code, text)) return tlsFailure(endpoint, { code, text, cause });
  const missing = code === "ENOENT";
  return engineError({
    code: "ENGINE_UNREACHABLE",
    message: `No container engine answers at ${endpoint.url} (from ${endpoint.source}): ${missing ? "the socket does not exist" : text}.`,
    hint: missing
      ? "Start the engine (`sudo systemctl start docker`, or Docker Desktop), or set DOCKER_HOST to where it is."
      : "Check that the engine runs there and that DOCKER_HOST or the docker context names the right place.",
    cause,
  });
}

/** The engine's machine did not complete a connection in time. */
export function dialTimeout(endpoint: DockerEndpoint, ms: number): ToolError {
  return engineError({
    code: "ENGINE_UNREACHABLE",
    message: `No connection to the engine at ${endpoint.url} (from ${endpoint.source}) within ${formatDuration(ms)}.`,
    hint: "Check the address, the network and any firewall in between.",
  });
}

/** The `code` of a system or TLS error. */
export function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

function isTlsFailure(code: string, text: string): boolean {
  return (
    /^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO|HOSTNAME_MISMATCH)/.test(
      code,
    ) || /before secure TLS connection|SSL routines|PEM/.test(text)
  );
}

/** A TLS connection that could not be made, or was ended by the engine for want of a client certificate. */
export function tlsFailure(
  endpoint: DockerEndpoint,
  failure: { code: string; text: string; cause: unknown },
): ToolError {
  // OpenSSL puts its sentence between the names of its own functions and files.
  const text = /SSL routines:[^:]*:([^:]+)/.exec(failure.text)?.[1] ?? failure.text;
  const wantsCertificate = /certificate required|bad certificate|unknown ca|handshake failure/i.test(text);
  const plain = /wrong version number|packet length too long/i.test(text);
  let hint = "Check ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH (or in the docker context).";
  if (plain) hint = "The engine speaks plain HTTP there: unset DOCKER_TLS_VERIFY, or use its TLS port.";
  return engineError({
    code: wantsCertificate ? "ENGINE_DENIED" : "ENGINE_UNREACHABLE",
    message: wantsCertificate
      ? `The engine at ${endpoint.url} refused our TLS certificate: ${text}.`
      : `The TLS connection to the engine at ${endpoint.url} failed: ${text}.`,
    hint,
    cause: failure.cause,
  });
}
