import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { deferred } from "../../support/abort.ts";
import { type DockerCall, queryString } from "./call.ts";
import type { Dial } from "./dial-options.ts";
import type { DockerEndpoint } from "./endpoint.ts";
import { exchangeFailure } from "./exchange-failure.ts";

/** What came back, once its head was there. */
export type Exchanged =
  | { kind: "response"; status: number; response: IncomingMessage }
  | { kind: "upgrade"; socket: Duplex; head: Buffer };

/** Sends one request and waits for the head of its answer, or for the signal. */
export type Exchange = (call: DockerCall, signal: AbortSignal) => Promise<Exchanged>;

/** An idle connection is given up after this, before anything in between does it unseen. */
const IDLE_MS = 15_000;

/** HTTP/1.1 over connections that are kept and used again. `close` ends idle ones and requests under way, not streams taken over. */
export function createExchange(options: { endpoint: DockerEndpoint; dial: Dial }): {
  exchange: Exchange;
  close: () => void;
} {
  const agent = new Agent({ keepAlive: true, timeout: IDLE_MS });
  agent.createConnection = (_options, done) => {
    options.dial().then(
      (socket) => done?.(null, socket),
      (error: Error) => done?.(error, undefined as never),
    );
    return undefined;
  };
  return {
    exchange: async (call, signal) => await send({ agent, endpoint: options.endpoint, call, signal }),
    close: () => agent.destroy(),
  };
}

async function send(options: {
  agent: Agent;
  endpoint: DockerEndpoint;
  call: DockerCall;
  signal: AbortSignal;
}): Promise<Exchanged> {
  const { call, signal } = options;
  signal.throwIfAborted();
  if (call.upload?.errored) throw call.upload.errored;
  const result = deferred<Exchanged>();
  const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
  const request = httpRequest({
    agent: options.agent,
    method: call.method,
    path: call.path + queryString(call.query),
    headers: {
      host: "docker",
      ...(body === undefined ? {} : { "content-type": "application/json", "content-length": body.length }),
      ...call.headers,
    },
  });
  request.once("response", (response) =>
    result.resolve({ kind: "response", status: response.statusCode ?? 0, response }),
  );
  request.once("upgrade", (_response, socket, head) => result.resolve({ kind: "upgrade", socket, head }));
  const asked = { endpoint: options.endpoint, what: call.what };
  request.on("error", (cause) => result.reject(exchangeFailure(asked, cause)));
  const giveUp = (reason: unknown) => {
    result.reject(reason);
    request.destroy();
  };
  const onAbort = () => giveUp(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (call.upload === undefined) request.end(body);
  else call.upload.once("error", giveUp).pipe(request);
  try {
    return await result.promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
