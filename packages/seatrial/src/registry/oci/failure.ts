import { isToolError, messageOf } from "../../support/error.ts";

/** What went wrong on the way to a server or back. */
export type FailureKind =
  /** No connection. */
  | "away"
  /** A connection, and a certificate that nobody vouches for. */
  | "untrusted"
  /** A connection that speaks no TLS. */
  | "no-tls"
  /** The connection broke. */
  | "lost"
  /** Nothing came in time. */
  | "late"
  /** What came is no HTTP, or makes no sense. */
  | "nonsense";

/** A request that did not get its answer. Stays inside of the driver. */
export class TransportFailure extends Error {
  readonly kind: FailureKind;
  /** The connection had served an earlier request: the server may have closed it before it saw this one. */
  readonly wasReused: boolean;
  /** Milliseconds in which nothing came. */
  readonly silentMs: number;

  constructor(
    kind: FailureKind,
    message: string,
    options: { cause?: unknown; wasReused?: boolean; silentMs?: number } = {},
  ) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.wasReused = options.wasReused ?? false;
    this.silentMs = options.silentMs ?? 0;
  }
}

/** An answer that says no. Stays inside of the driver. */
export class Refusal extends Error {
  readonly status: number;
  /** The registry's own codes, such as `MANIFEST_UNKNOWN`. */
  readonly codes: string[];
  /** Milliseconds that it asks us to wait. */
  readonly waitMs: number | undefined;
  /** Who said it, when it was not the registry itself: a token server, a storage that it redirected to. */
  readonly speaker: { role: "token server" | "storage"; origin: string } | undefined;

  constructor(options: {
    status: number;
    /** Without secrets. */
    message: string;
    codes: string[];
    waitMs?: number | undefined;
    speaker?: Refusal["speaker"];
  }) {
    super(options.message);
    this.status = options.status;
    this.codes = options.codes;
    this.waitMs = options.waitMs;
    this.speaker = options.speaker;
  }
}

/** What should have been uploaded could not be read: `cause` is the source's own error, and nobody else's. */
export class SourceFailure extends Error {
  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
  }
}

/** The failure of a connection that was being made. */
export function dialFailure(cause: unknown): TransportFailure {
  if (cause instanceof TransportFailure) return cause;
  const code = systemCode(cause);
  const text = messageOf(cause);
  if (UNTRUSTED.test(code)) return new TransportFailure("untrusted", text, { cause });
  // OpenSSL's words for an answer that is no TLS.
  if (/^(EPROTO|ERR_SSL_)/.test(code))
    return new TransportFailure("no-tls", reasonOf(cause) ?? text, { cause });
  return new TransportFailure("away", text, { cause });
}

/** The failure of a request on a connection that stood; what was made out before is kept. */
export function exchangeFailure(cause: unknown, wasReused: boolean): Error {
  if (cause instanceof TransportFailure || isToolError(cause)) return cause;
  const kind = /^(HPE_|ERR_HTTP|ERR_INVALID)/.test(systemCode(cause)) ? "nonsense" : "lost";
  return new TransportFailure(kind, messageOf(cause), { cause, wasReused });
}

const UNTRUSTED =
  /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_CERT_|INVALID_CA|HOSTNAME_MISMATCH|INVALID_PURPOSE)/;

/** OpenSSL's message is a line of its source; this is what it means. */
function reasonOf(error: unknown): string | undefined {
  return error instanceof Error && "reason" in error && typeof error.reason === "string"
    ? error.reason
    : undefined;
}

function systemCode(error: unknown): string {
  if (error instanceof AggregateError) return systemCode(error.errors[0]);
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
