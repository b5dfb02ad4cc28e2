import { setMaxListeners } from "node:events";
import {
  Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
} from "node:http";
import type { Duplex } from "node:stream";
import { deferred, orAborted, withDeadline } from "../support/abort.ts";
import { messageOf } from "../support/error.ts";
import { spaceError } from "./errors.ts";
import type { SpaceServer } from "./maker.ts";

/** Asks a server for something over HTTP, through the tunnel into its container. Keeps connections for the next request. */
export interface HttpClient extends Disposable {
  /**
   * Resolves with whatever status. Fails with SPACE_SERVER_LOST when there is no whole answer in time. Aborted, it fails when what it
   * asked the server to change is over.
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
}

export interface HttpRequest {
  method: string;
  /** Path and query, percent-encoded. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array | undefined;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Connections at a time: a server of tests has few processors, and all others wait in line. */
const CONNECTIONS = 8;
/** Before a server gives an idle connection up, so that no request meets its end. */
const IDLE_MS = 2_000;
const ANSWER_MS = 60_000;
/** How long an aborted change may take to be over. */
const LEAVE_MS = 5_000;

/** A client for one port of the server's container. `answerWithin`: milliseconds for a whole answer, default a minute. */
export function createHttpClient(options: {
  server: SpaceServer;
  port: number;
  answerWithin?: number | undefined;
}): HttpClient {
  const { server, port, answerWithin = ANSWER_MS } = options;
  const agent = new TunnelAgent((signal) => server.dial(port, signal));
  const turn = createTurns(CONNECTIONS);

  async function send(wanted: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    // One signal may be that of many requests at once.
    setMaxListeners(0, signal);
    using _turn = await turn(signal);
    return await exchange(wanted, signal);
  }

  async function exchange(wanted: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const what = `${wanted.method} ${wanted.path.replace(/\?.*/, "")} at ${server.service}:${port}`;
    signal.throwIfAborted();
    using limited = withDeadline(signal, {
      ms: answerWithin,
      error: () => lost(`${what}: no whole answer within ${answerWithin / 1000} s`),
    });
    const body = wanted.body === undefined ? undefined : Buffer.from(wanted.body);
    const sent = request({
      agent,
      method: wanted.method,
      path: wanted.path,
      headers: {
        host: `localhost:${port}`,
        ...(body === undefined ? {} : { "content-length": String(body.length) }),
        ...wanted.headers,
      },
    });
    const answered = answerOf(sent, body);
    try {
      return await orAborted(answered, limited.signal);
    } catch (cause) {
      // Without a connection yet, nothing was asked.
      if (signal.aborted && wanted.method !== "GET" && sent.socket !== null) await ended(answered);
      sent.destroy();
      if (limited.signal.aborted) throw limited.signal.reason;
      throw lost(`${what}: ${messageOf(cause)}`, cause);
    }
  }

  return {
    send,
    [Symbol.dispose]() {
      agent.close();
    },
  };
}

/** What the server is about to change must not come after what is asked of it next. */
async function ended(answered: Promise<unknown>): Promise<void> {
  const settled = answered.catch(() => undefined);
  await orAborted(settled, AbortSignal.timeout(LEAVE_MS)).catch(() => undefined);
}

async function answerOf(sent: ClientRequest, body: Buffer | undefined): Promise<HttpAnswer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    // Stays: a connection that fails after the answer has begun fails the reading of it, and must not be an uncaught error.
    sent.on("error", reject);
    sent.once("response", resolve);
    sent.end(body);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
}

/** Node's agent over tunnels, which lack what sockets have for keeping and timing them. */
class TunnelAgent extends Agent {
  readonly #dial: (signal: AbortSignal) => Promise<Duplex>;
  readonly #closing = new AbortController();
  readonly #idle = new Map<Duplex, NodeJS.Timeout>();

  constructor(dial: (signal: AbortSignal) => Promise<Duplex>) {
    super({ keepAlive: true });
    this.#dial = dial;
  }

  override createConnection(
    _options: unknown,
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.#dial(this.#closing.signal).then(
      (stream) => {
        stream.once("close", () => this.#forget(stream));
        done?.(null, Object.assign(stream, { ref: () => undefined }));
      },
      (error: Error) => done?.(error, undefined as never),
    );
    return undefined;
  }

  override keepSocketAlive(stream: Duplex): boolean {
    this.#idle.set(stream, setTimeout(() => stream.destroy(), IDLE_MS).unref());
    return !this.#closing.signal.aborted;
  }

  override reuseSocket(stream: Duplex, sent: ClientRequest): void {
    this.#forget(stream);
    super.reuseSocket(stream, sent);
  }

  close(): void {
    this.#closing.abort(new Error("the client is closed"));
    for (const stream of this.#idle.keys()) this.#forget(stream);
    this.destroy();
  }

  #forget(stream: Duplex): void {
    clearTimeout(this.#idle.get(stream));
    this.#idle.delete(stream);
  }
}

/** Lets so many go on at a time, in the order in which they came. Node's agent counts connections only once they are there. */
function createTurns(count: number): (signal: AbortSignal) => Promise<Disposable> {
  const waiting = new Set<() => void>();
  let free = count;
  const leave = () => {
    const [next] = waiting;
    if (next === undefined) free += 1;
    else next();
  };
  return async (signal) => {
    signal.throwIfAborted();
    if (free > 0) free -= 1;
    else {
      const { promise, resolve } = deferred<void>();
      const go = () => {
        waiting.delete(go);
        resolve();
      };
      waiting.add(go);
      try {
        await orAborted(promise, signal);
      } catch (error) {
        // It may have been its turn in the very moment.
        if (!waiting.delete(go)) leave();
        throw error;
      }
    }
    return { [Symbol.dispose]: leave };
  };
}

function lost(message: string, cause?: unknown) {
  return spaceError({ code: "SPACE_SERVER_LOST", message, cause });
}
