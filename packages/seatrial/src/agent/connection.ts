import { type ClientHttp2Stream, connect as connectHttp2, constants } from "node:http2";
import type { Duplex } from "node:stream";
import { deferred, orAborted } from "../support/abort.ts";
import { messageOf } from "../support/error.ts";
import { agentError } from "./errors.ts";
import { type Exchange, openExchange } from "./exchange.ts";
import { type KeepaliveOptions, keepAlive } from "./keepalive.ts";
import { agentLost, explainLoss, type Loss } from "./loss.ts";

/** A slow reader of one stream holds at most this many bytes of it in memory before its sender waits. */
const STREAM_WINDOW = 1024 * 1024;
/** Bytes under way on the whole connection. Slow streams do not use it up: only what is on its way counts. */
const CONNECTION_WINDOW = 16 * 1024 * 1024;
const FRAME_BYTES = 256 * 1024;
/** A stream that breaks just before the connection does is told as the connection's loss. */
const SETTLE_MS = 200;

export interface ConnectionOptions {
  /** Whose agent it is, for errors: `service postgres`. */
  label: string;
  /** Asked once when the stream ended unasked: what is known about it. Waited for up to 3 s. */
  onLoss?: (() => Promise<Loss>) | undefined;
  /** The last lines of what the agent wrote to stderr. */
  agentLog?: (() => string[]) | undefined;
  keepalive?: KeepaliveOptions | undefined;
}

export interface AgentRequest {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** With its query. */
  path: string;
  /** What is under way, for errors: `reading /results`. */
  what: string;
  /** Whether a body follows. */
  body: boolean;
  signal: AbortSignal;
}

/** The HTTP/2 session over a container's stream. The stream's own handle keeps the process alive, nothing here does. */
export interface Connection {
  readonly label: string;
  /** What the agent wrote to stderr, the last lines. */
  agentLog(): string[];
  /** Sends a request's head. Fails with AGENT_LOST when the connection is over, or with the signal's reason. */
  open(request: AgentRequest): Promise<Exchange>;
  /** Resolves when the connection is over, with the reason if it was not asked for. */
  readonly closed: Promise<Error | undefined>;
  /** Ends the stream at once; requests under way fail with AGENT_LOST. */
  close(): void;
  /** True once it was closed on purpose. */
  isClosed(): boolean;
}

/** Starts an HTTP/2 session with prior knowledge over `stream`, which it owns from then on. */
export function openConnection(stream: Duplex, options: ConnectionOptions): Connection {
  const { label, agentLog = () => [] } = options;
  const over = deferred<Loss | undefined>();
  const exchanges = new Set<ClientHttp2Stream>();
  let isOver = false;
  let isClosed = false;

  function end(loss: Loss | undefined): void {
    if (isOver) return;
    isOver = true;
    stopKeepalive();
    // What arrived before the end is still handed out: a destroyed HTTP/2 stream would drop it.
    for (const exchange of exchanges) {
      if (exchange.listenerCount("data") > 0) while (exchange.read() !== null);
    }
    if (loss === undefined) over.resolve(undefined);
    else
      void explainLoss(loss, options.onLoss).then((known) =>
        over.resolve({ ...known, lastLines: agentLog() }),
      );
    // Without a code of their own, they would seem to have ended well.
    for (const exchange of exchanges) exchange.close(constants.NGHTTP2_CANCEL);
    session.destroy();
    stream.destroy();
  }

  // Before HTTP/2 hears of it: its streams lose what they hold when it does.
  stream.once("end", () => end({ reason: "its stream ended" }));
  stream.on("error", (error) => end({ reason: `its stream broke: ${error.message}`, cause: error }));
  // An error of the session closes the stream first, and then tells.
  stream.once("close", () => setImmediate(() => end({ reason: "its stream was closed" })));
  if (stream.destroyed) queueMicrotask(() => end({ reason: "its stream was closed" }));

  const session = connectHttp2("http://agent", {
    createConnection: () => stream,
    settings: { enablePush: false, initialWindowSize: STREAM_WINDOW, maxFrameSize: FRAME_BYTES },
    // In megabytes; the default of 10 refuses new streams while a few uploads are under way.
    maxSessionMemory: 1024,
  });
  session.setLocalWindowSize(CONNECTION_WINDOW);
  session.on("error", (error) =>
    end({ reason: `its HTTP/2 session failed: ${messageOf(error)}`, cause: error }),
  );
  session.on("close", () => end({ reason: "its HTTP/2 session was closed" }));
  const stopKeepalive = keepAlive(session, {
    ...options.keepalive,
    onSilence: (reason) => end({ reason }),
  });

  async function settled(): Promise<void> {
    const expired = AbortSignal.timeout(SETTLE_MS);
    await orAborted(over.promise, expired).catch(() => undefined);
  }

  async function overError(what?: string): Promise<Error> {
    const loss = await over.promise;
    if (loss !== undefined) return agentLost({ label, what, loss });
    return agentError({
      code: "AGENT_LOST",
      message: `the connection to the agent of ${label} was closed${what === undefined ? "" : ` while ${what}`}`,
    });
  }

  return {
    label,
    agentLog,
    async open(request) {
      request.signal.throwIfAborted();
      if (isOver || session.destroyed) throw await overError(request.what);
      // A GOAWAY: the agent is about to end the stream.
      if (session.closed)
        throw agentLost({ label, what: request.what, loss: { reason: "it is going away" } });
      const http2Stream = session.request(
        { ":method": request.method, ":path": request.path },
        { endStream: !request.body },
      );
      exchanges.add(http2Stream);
      http2Stream.once("close", () => exchanges.delete(http2Stream));
      return openExchange(http2Stream, {
        signal: request.signal,
        broken: async (cause) => {
          if (!isOver) await settled();
          if (isOver) return await overError(request.what);
          return agentError({
            code: "AGENT_PROTOCOL",
            message: `the agent of ${label} broke off while ${request.what} (HTTP/2 code ${http2Stream.rstCode})`,
            cause,
          });
        },
      });
    },
    closed: over.promise.then((loss) => (loss === undefined ? undefined : agentLost({ label, loss }))),
    close() {
      isClosed ||= !isOver;
      end(undefined);
    },
    isClosed: () => isClosed,
  };
}
