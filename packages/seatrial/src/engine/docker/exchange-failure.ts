import { formatDuration } from "../../model/index.ts";
import { isToolError, messageOf, type ToolError } from "../../support/error.ts";
import { engineError } from "../errors.ts";
import type { Refusal } from "./call.ts";
import { systemCode, tlsFailure } from "./dial-failure.ts";
import type { DockerEndpoint } from "./endpoint.ts";

/** What was asked, and of whom. */
export interface Asked {
  endpoint: DockerEndpoint;
  /** `create container web` */
  what: string;
}

/** The connection stood, then failed before the answer was complete. */
export function exchangeFailure(asked: Asked, cause: unknown): ToolError {
  if (isToolError(cause)) return cause;
  const code = systemCode(cause);
  const text = messageOf(cause);
  if (/SSL|TLS/.test(code)) return tlsFailure(asked.endpoint, { code, text, cause });
  if (code.startsWith("HPE_"))
    return strangeAnswer(asked, { saw: `it does not speak HTTP (${text})`, cause });
  return engineError({
    code: "ENGINE_CONNECTION_LOST",
    message: `The engine at ${asked.endpoint.url} closed the connection before it had answered (${asked.what}): ${text}.`,
    hint: "It may have been stopped or restarted: look at its log (`journalctl -u docker`), then try again.",
    cause,
  });
}

/** The answer is none that a Docker Engine gives. */
export function strangeAnswer(asked: Asked, answer: { saw: string; cause?: unknown }): ToolError {
  return engineError({
    code: "ENGINE_FAILED",
    message: `What answers at ${asked.endpoint.url} is no Docker Engine, or something in between spoils its answer (${asked.what}): ${answer.saw}.`,
    hint: `Check ${asked.endpoint.source}.`,
    cause: answer.cause,
  });
}

/** No answer in time. */
export function lateAnswer(asked: Asked, ms: number): ToolError {
  return engineError({
    code: "ENGINE_UNREACHABLE",
    message: `The engine at ${asked.endpoint.url} did not answer within ${formatDuration(ms)} (${asked.what}).`,
    hint: "Look whether it is overloaded or stuck: `docker ps`, `journalctl -u docker`.",
  });
}

/** The engine said no. */
export function refusalError(asked: Asked, refusal: Refusal): ToolError {
  const { status, message } = refusal;
  const where = `the engine at ${asked.endpoint.url}`;
  // The engine also says 403 to what cannot be done, such as removing its own networks.
  if (status === 401 || (status === 403 && /forbidden|denied|not allowed/i.test(message))) {
    return engineError({
      code: "ENGINE_DENIED",
      message: `Not allowed to ${asked.what} on ${where}: ${message}`,
      hint: "Ask whoever runs the engine; an authorization plugin or a proxy in front of it says no.",
    });
  }
  if (/HTTP request to an HTTPS server/i.test(message)) {
    return engineError({
      code: "ENGINE_UNREACHABLE",
      message: `${capital(where)} wants TLS.`,
      hint: "Set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH to the folder with ca.pem, cert.pem and key.pem.",
    });
  }
  if (/client version .* is too old|minimum supported api version/i.test(message)) {
    return engineError({
      code: "ENGINE_FAILED",
      message: `${capital(where)} no longer speaks our version of its API: ${message}`,
      hint: "Update seatrial.",
    });
  }
  return engineError({
    code: "ENGINE_FAILED",
    message: `Could not ${asked.what}: ${message}`,
    hint: `That is the answer (${status}) of ${where}.`,
  });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
