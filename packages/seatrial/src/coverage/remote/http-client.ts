import {
  Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
} from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { orAborted } from "../../support/abort.ts";
import { messageOf } from "../../support/error.ts";
import { systemAuthorities } from "../../support/system-authorities.ts";
import { coverageError } from "../errors.ts";
import type { Variables } from "./storage.ts";
import { storageProxy, throughProxy, tunnelled } from "./storage-proxy.ts";

/** Sends requests to storage and to who gives credentials for it. Follows no redirect: what is signed for one place is not for another. */
export interface HttpClient extends Disposable {
  /** Resolves with any status. Fails with COVERAGE_STORAGE_UNREACHABLE, or with the signal's reason. */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
}

export interface HttpRequest {
  /** What it is about, for messages; no secrets. */
  name: string;
  method: "GET" | "POST" | "PUT";
  url: URL;
  headers?: Readonly<Record<string, string>> | undefined;
  body?: string | undefined;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** Fails like `send`, also when less comes than was announced. Whoever stops reading ends the connection. */
  body: AsyncIterable<Buffer>;
}

export interface HttpClientOptions {
  environment: Variables;
  /** Ask by way of the proxies of HTTPS_PROXY, HTTP_PROXY and NO_PROXY. Default: never. */
  proxies?: boolean | undefined;
  /** Milliseconds without a byte after which an answer is given up. Default: 30 s. */
  silence?: number | undefined;
  /** Finds addresses of hosts. Default: the system. */
  lookup?: LookupFunction | undefined;
}

const SILENCE_MS = 30_000;
const CONNECTIONS = 16;

/** A client that keeps its connections. Trusts the authorities that the machine trusts, and those of SSL_CERT_FILE. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { environment, proxies = false, silence = SILENCE_MS, lookup } = options;
  const settings = { keepAlive: true, maxSockets: CONNECTIONS, ...(lookup !== undefined && { lookup }) };
  const plain = new Agent(settings);
  const secure = new Map<string, Promise<SecureAgent>>();
  const closing = new AbortController();

  /** One for each proxy, and one for no proxy. */
  function secureAgent(proxy: URL | undefined): Promise<SecureAgent> {
    const key = proxy?.href ?? "";
    const known = secure.get(key) ?? openSecure(proxy);
    secure.set(key, known);
    return known;
  }

  async function openSecure(proxy: URL | undefined): Promise<SecureAgent> {
    const agent = new SecureAgent({ ...settings, ca: await systemAuthorities(environment) });
    if (proxy === undefined) return agent;
    return tunnelled(agent, proxy, () => AbortSignal.any([closing.signal, AbortSignal.timeout(silence)]));
  }

  async function begin(wanted: HttpRequest): Promise<ClientRequest> {
    const { url, method, body } = wanted;
    const headers = {
      "user-agent": "seatrial",
      ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
      ...wanted.headers,
    };
    const proxy = proxies ? storageProxy(url, environment) : undefined;
    if (url.protocol === "https:")
      return secureRequest(url, { agent: await secureAgent(proxy), method, headers });
    if (proxy === undefined) return request(url, { agent: plain, method, headers });
    const { headers: its, ...there } = throughProxy(url, proxy);
    const asked = { ...there, method, headers: { ...headers, ...its } };
    return proxy.protocol === "https:"
      ? secureRequest({ ...asked, agent: await secureAgent(undefined) })
      : request({ ...asked, agent: plain });
  }

  return {
    async send(wanted, signal) {
      signal.throwIfAborted();
      const sent = await begin(wanted).catch((error: unknown) => {
        throw failureOf(wanted.name, error);
      });
      const late = () => sent.destroy(lateError(wanted.name, silence));
      const stop = () => sent.destroy();
      const disarm = armed(sent, silence, late);
      signal.addEventListener("abort", stop, { once: true });
      const end = () => signal.removeEventListener("abort", stop);
      try {
        // A connection that a proxy still makes ends no request that was given up.
        const response = await orAborted(responseTo(sent, wanted.body), signal);
        const body = bodyOf({ response, sent, name: wanted.name, silence, signal, end });
        return { status: response.statusCode ?? 0, headers: response.headers, body };
      } catch (error) {
        end();
        throw signal.aborted ? signal.reason : failureOf(wanted.name, error);
      } finally {
        disarm();
      }
    },
    [Symbol.dispose]() {
      plain.destroy();
      closing.abort();
      for (const agent of secure.values()) void agent.then((each) => each.destroy());
    },
  };
}

/**
 * Calls `late` when so much time has passed since the request got its connection, until it is disarmed. The time of `setTimeout` begins
 * only when a connection stands, which it never does where packets are dropped; requests that wait for a free connection are not late.
 */
function armed(sent: ClientRequest, silence: number, late: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer = setTimeout(late, silence);
  };
  sent.once("socket", begin);
  return () => {
    sent.off("socket", begin);
    clearTimeout(timer);
    // Until somebody reads the answer.
    sent.setTimeout(silence, late);
  };
}

async function responseTo(sent: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    // Stays: a connection that fails after the answer has begun fails the reading of it.
    sent.on("error", reject);
    sent.once("response", resolve);
    sent.end(body);
  });
}

async function* bodyOf(options: {
  response: IncomingMessage;
  sent: ClientRequest;
  name: string;
  silence: number;
  signal: AbortSignal;
  end: () => void;
}): AsyncGenerator<Buffer> {
  const { response, sent, name, silence, signal, end } = options;
  let isLate = false;
  sent.setTimeout(silence, () => {
    isLate = true;
    response.destroy();
  });
  try {
    for await (const chunk of response) yield chunk as Buffer;
    if (!response.complete) throw new Error("the answer was cut off");
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw isLate ? lateError(name, silence) : failureOf(name, error);
  } finally {
    end();
    response.destroy();
  }
}

function lateError(name: string, silence: number) {
  return coverageError({
    code: "COVERAGE_STORAGE_UNREACHABLE",
    message: `${name}: nothing came for ${silence / 1000} s`,
    exitCode: 3,
  });
}

function failureOf(name: string, error: unknown) {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === "string" && code.startsWith("COVERAGE_")) return error;
  // Names are looked up for both families of addresses at once: each has its failure.
  const isTimeout = error instanceof Error && error.name === "TimeoutError";
  const words = isTimeout ? "the proxy did not connect us in time" : messageOf(error) || String(code);
  if (code === "ERR_INVALID_CHAR") {
    // Its own words are of the header that shows a token or a key.
    const message = `${name}: the credentials have characters that cannot be sent, such as a line break`;
    return coverageError({ code: "COVERAGE_STORAGE_REFUSED", message });
  }
  if (typeof code === "string" && DISTRUST.test(code)) {
    return coverageError({
      code: "COVERAGE_STORAGE_REFUSED",
      message: `${name}: the server's certificate is not trusted: ${words}`,
      hint: "Name a file with its authority in SSL_CERT_FILE or NODE_EXTRA_CA_CERTS.",
      cause: error,
    });
  }
  return coverageError({
    code: "COVERAGE_STORAGE_UNREACHABLE",
    message: `${name}: ${words}`,
    cause: error,
    exitCode: 3,
  });
}

const DISTRUST = /^(CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_TLS_CERT)/;
