import { setMaxListeners } from "node:events";
import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from "node:http2";
import { deferred } from "../support/abort.ts";

/** One request and its answer, both of which may be streams. */
export interface Exchange {
  readonly stream: ClientHttp2Stream;
  /** The answer's status, when its head came. Fails as `failure` tells. */
  readonly status: Promise<number>;
  /** What to throw when the answer ended early: the signal's reason, AGENT_LOST, or AGENT_PROTOCOL. Never rejects. */
  failure(): Promise<Error>;
  /** From here on, the signal no longer ends it. */
  outliveSignal(): void;
  /** Resets the stream: the agent drops what it was doing for it. */
  cancel(): void;
}

export interface ExchangeOptions {
  signal: AbortSignal;
  /** The error when the stream, or the whole connection, broke. Never rejects. */
  broken: (cause: unknown) => Promise<Error>;
}

/** Follows an HTTP/2 stream from its request on: its signal resets it, its end without an answer is an error. */
export function openExchange(stream: ClientHttp2Stream, options: ExchangeOptions): Exchange {
  const { signal } = options;
  let cause: unknown;
  let aborted: Error | undefined;
  const status = deferred<number>();
  let answered = false;
  // Whoever waits for it hears of it.
  status.promise.catch(() => undefined);

  const cancel = () => stream.close(constants.NGHTTP2_CANCEL);
  const onAbort = () => {
    aborted = signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
    cancel();
  };
  const outliveSignal = () => signal.removeEventListener("abort", onAbort);
  const failure = async () => aborted ?? (await options.broken(cause));

  // A run has one signal for its many processes; their number is no leak.
  setMaxListeners(0, signal);
  signal.addEventListener("abort", onAbort, { once: true });
  stream.on("error", (error) => {
    cause = error;
  });
  stream.once("response", (headers: IncomingHttpHeaders & { ":status"?: number }) => {
    answered = true;
    status.resolve(headers[":status"] ?? 0);
  });
  // The agent was done before we had sent everything. Node would wait for what was being sent just then, sometimes for ever.
  stream.once("aborted", () => {
    if (stream.readableEnded) stream.destroy();
    else stream.once("end", () => stream.destroy());
  });
  stream.once("close", () => {
    outliveSignal();
    if (!answered) void failure().then(status.reject);
  });
  return { stream, status: status.promise, failure, outliveSignal, cancel };
}

/** True at a stream's `end` when the agent ended it, not a reset or the loss of the connection. */
export function endedWell(stream: ClientHttp2Stream): boolean {
  return !stream.closed || stream.rstCode === constants.NGHTTP2_NO_ERROR;
}
