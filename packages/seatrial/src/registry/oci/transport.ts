import {
  Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import type { Traffic } from "../../model/index.ts";
import { deferred } from "../../support/abort.ts";
import { proxyAuthorization } from "../../support/proxy/find-proxy.ts";
import { createDial } from "./dial.ts";
import { exchangeFailure, TransportFailure } from "./failure.ts";
import type { Settings } from "./options.ts";
import { proxyFor } from "./proxy.ts";
import type { SecureContextFor } from "./secure-context.ts";
import { sendBody, type UploadBody } from "./upload-body.ts";

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface TransportRequest {
  method: Method;
  url: URL;
  headers: Record<string, string>;
  body?: Buffer | UploadBody | undefined;
  /** Milliseconds that its answer may take. Default: as the limits say. */
  answerWithin?: number | undefined;
  /** Is counted up. */
  traffic: Traffic;
  signal: AbortSignal;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** What was asked in the end. */
  url: URL;
  /** Must be read to its end or destroyed. */
  body: IncomingMessage;
}

/** Sends requests over kept connections, one pool for each origin. Fails with a TransportFailure, a SourceFailure or the signal's reason. */
export interface Transport {
  send(request: TransportRequest): Promise<Answer>;
  close(): void;
}

/** An idle connection is given up after this, before anything in between does it unseen. */
const IDLE_MS = 15_000;

export function createTransport(parts: {
  settings: Settings;
  registry: string;
  secureContextFor: SecureContextFor;
}): Transport {
  const { settings } = parts;
  const agents = new Map<string, Agent>();

  function agentFor(url: URL): Agent {
    const known = agents.get(url.origin);
    if (known !== undefined) return known;
    const dial = createDial({ ...parts, origin: url });
    const agent = new Agent({ keepAlive: true, timeout: IDLE_MS });
    agent.createConnection = (_options, done) => {
      dial().then(
        (socket) => done?.(null, socket),
        (error: Error) => done?.(error, undefined as never),
      );
      return undefined;
    };
    agents.set(url.origin, agent);
    return agent;
  }

  async function send(request: TransportRequest): Promise<Answer> {
    const { url, signal, traffic, body, answerWithin = settings.limits.answer } = request;
    signal.throwIfAborted();
    const proxy = url.protocol === "http:" ? proxyFor(url, settings.environment) : undefined;
    const done = deferred<IncomingMessage>();
    const length = Buffer.isBuffer(body) ? body.length : body?.size;
    const options = {
      agent: agentFor(url),
      method: request.method,
      // A proxy for plain HTTP wants the whole address.
      path: proxy === undefined ? `${url.pathname}${url.search}` : url.href,
      headers: {
        host: url.host,
        "user-agent": "seatrial",
        ...(length === undefined ? {} : { "content-length": String(length) }),
        ...request.headers,
        ...(proxy && proxyAuthorization(proxy)),
      },
    };
    const sent = begin(options);
    traffic.requests += 1;
    const giveUp = (reason: unknown) => {
      done.reject(reason);
      sent.destroy();
    };
    const onAbort = () => giveUp(signal.reason);
    let isReused = false;
    let isWaiting = true;
    sent.once("socket", () => {
      isReused = sent.reusedSocket;
    });
    sent.once("response", done.resolve);
    sent.once("upgrade", (_response, socket) => {
      socket.destroy();
      done.reject(new TransportFailure("nonsense", "it switched protocols unasked"));
    });
    sent.on("error", (cause) => done.reject(exchangeFailure(cause, isReused)));
    signal.addEventListener("abort", onAbort, { once: true });
    const clock = setTimeout(() => giveUp(lateAnswer(answerWithin)), answerWithin);
    try {
      const sending = sendBody({ sent, body, traffic, onProgress: () => isWaiting && clock.refresh() });
      sending.catch(giveUp);
      const response = await done.promise;
      return { status: response.statusCode ?? 0, headers: response.headers, url, body: response };
    } finally {
      isWaiting = false;
      clearTimeout(clock);
      signal.removeEventListener("abort", onAbort);
    }
  }

  return {
    send,
    close() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

/** A header that none can be, such as a token with a line break, is refused by Node at once. */
function begin(options: RequestOptions): ClientRequest {
  try {
    return httpRequest(options);
  } catch (cause) {
    throw exchangeFailure(cause, false);
  }
}

function lateAnswer(ms: number): TransportFailure {
  return new TransportFailure("late", `no answer within ${ms / 1000} s`, { silentMs: ms });
}
