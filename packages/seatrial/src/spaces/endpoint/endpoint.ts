import { setMaxListeners } from "node:events";
import type { Duplex } from "node:stream";
import type { Duration } from "../../model/index.ts";
import type { Broker } from "../broker.ts";
import { spaceError } from "../errors.ts";
import type { EndpointCaller } from "./caller.ts";
import { createHeldSessions } from "./held-sessions.ts";
import { openHttpDoor } from "./http-door.ts";
import { createEndpointLeases } from "./leases.ts";
import { createPresenter, type PresentOptions } from "./present.ts";
import { createRoutes } from "./routes.ts";
import { createToken, createTokenCheck } from "./token.ts";

export interface EndpointOptions extends PresentOptions {
  broker: Broker;
  caller: EndpointCaller;
  /** Default: a new one. Null: whoever gets a connection may speak, as on a socket that only its user can open. */
  token?: string | null | undefined;
  /** How long a request may take to arrive. Default: 10 s. */
  patience?: Duration | undefined;
  /** Default: Date.now. */
  now?: (() => number) | undefined;
}

/** Where clients of one suite reach the broker: protocol/broker.md over connections of any kind. */
export interface Endpoint extends AsyncDisposable {
  /** What requests have to bring along; empty: nothing. Secret. */
  readonly token: string;
  /** Speaks HTTP on a connection until it ends. */
  accept(connection: Duplex): void;
  /** Ends waiting requests with BROKER_CLOSED, then sessions with their leases, then connections. Again is fine. */
  close(): Promise<void>;
}

/** Opens an endpoint; it serves connections that are handed to it. */
export function openEndpoint(options: EndpointOptions): Endpoint {
  const { broker, files } = options;
  const token = options.token === null ? "" : (options.token ?? createToken());
  const closing = new AbortController();
  // Every request that waits listens to it.
  setMaxListeners(0, closing.signal);
  const removals = new Set<Promise<void>>();
  let closed: Promise<void> | undefined;

  const leases = createEndpointLeases({
    now: options.now ?? Date.now,
    onEnd(id) {
      // What cannot be removed goes with its place.
      const removal = (files?.remove(id) ?? Promise.resolve()).catch(() => undefined);
      removals.add(removal);
      void removal.then(() => removals.delete(removal));
    },
  });
  const sessions = createHeldSessions({ broker, onEnd: (id) => leases.endSession(id) });
  const route = createRoutes({
    broker,
    caller: options.caller,
    leases,
    sessions,
    presenter: createPresenter(options),
    closing: closing.signal,
  });
  const door = openHttpDoor({
    patience: options.patience,
    isAuthorized: token === "" ? () => true : createTokenCheck(token),
    async handle(call) {
      closing.signal.throwIfAborted();
      return await route(call);
    },
  });

  async function close(): Promise<void> {
    closing.abort(spaceError({ code: "BROKER_CLOSED", message: "The run is ending" }));
    await door.settled();
    await sessions.endAll();
    leases.endAll();
    door.close();
    await Promise.all(removals);
  }

  async function closeOnce(): Promise<void> {
    closed ??= close();
    await closed;
  }

  return {
    token,
    accept: door.accept,
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  };
}
