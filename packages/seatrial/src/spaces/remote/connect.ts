import { setMaxListeners } from "node:events";
import type { IncomingMessage } from "node:http";
import type { SpaceSummary, SpacesOutcome } from "../../model/index.ts";
import { anyAborted } from "../../support/abort.ts";
import type { Broker, BrokerSession } from "../broker.ts";
import type { SpaceListMessage, SpaceMessage, SpaceRequestMessage } from "../endpoint/messages.ts";
import { spaceError } from "../errors.ts";
import type { MadeSpace } from "../maker.ts";
import { openWire, type Wire, type WireOptions, type WireRequest } from "./wire.ts";

/**
 * The broker of another owner, through the endpoint for administrators at its control socket. Leases without a session of their own
 * end with this process, or when the broker is closed here.
 */
export function connectBroker(options: WireOptions & { signal: AbortSignal }): Broker {
  const wire = openWire(options);
  const closing = new AbortController();
  // Every request listens to it.
  setMaxListeners(0, closing.signal);
  const stop = () => closing.abort(options.signal.reason);
  options.signal.addEventListener("abort", stop, { once: true });
  if (options.signal.aborted) stop();
  let own: Promise<BrokerSession> | undefined;

  async function ask<T>(request: Omit<WireRequest, "signal">, signal?: AbortSignal): Promise<T> {
    using either = anyAborted(signal === undefined ? [closing.signal] : [closing.signal, signal]);
    return await wire.ask<T>({ ...request, signal: either.signal });
  }

  const openSession = async (onEnd?: () => void) =>
    await openRemoteSession(wire, { signal: closing.signal, onEnd });

  /** One that could not be opened, or has ended, is opened anew for the next request. */
  async function ownSession(): Promise<string> {
    const forget = () => {
      own = undefined;
    };
    own ??= openSession(forget);
    try {
      return (await own).id;
    } catch (error) {
      forget();
      throw error;
    }
  }

  const spacePath = (id: string) => `/v1/spaces/${encodeURIComponent(id)}`;
  const change = async (id: string, verb: string, body: unknown): Promise<SpaceSummary> =>
    await ask({ method: "POST", path: `${spacePath(id)}/${verb}`, body });

  return {
    // An owner begins by itself with what its configuration names; the rest is made for the first request.
    prepare: () => undefined,
    openSession: async () => await openSession(),
    async acquire(request, signal) {
      const { space, holder, ttl, wait, key } = request;
      const session = request.session ?? (await ownSession());
      const { run, suite, test, attempt } = holder;
      const body: SpaceRequestMessage = {
        space,
        test,
        attempt,
        session,
        ttl,
        wait,
        key,
        holder: { run, suite },
      };
      const given = await ask<SpaceMessage>({ method: "POST", path: "/v1/spaces", body }, signal);
      const { id, service, kind, made, leasedAt, until } = given;
      if (made === undefined)
        throw spaceError({
          code: "SPACE_REQUEST_INVALID",
          message: "The broker's endpoint is not one for administrators",
        });
      return { id, space, service, kind, made, holder, leasedAt, until };
    },
    release: async (id, result) => await change(id, "release", result),
    renew: async (id, ttl) => await change(id, "renew", { ttl }),
    keep: async (id, time) => await change(id, "keep", { time }),
    drop: async (id) => await ask({ method: "DELETE", path: spacePath(id) }),
    async find(id) {
      const found = await ask<SpaceSummary & { made?: MadeSpace }>({ method: "GET", path: spacePath(id) });
      const { space, service, kind, holder, made, leasedAt = "", until = "" } = found;
      if (made !== undefined && holder !== undefined)
        return { id, space, service, kind, made, holder, leasedAt, until };
      throw spaceError({
        code: "SPACE_UNKNOWN",
        message: `The space ${id} is ${found.state}: nobody has it`,
        hint: "`seatrial space list` shows those there are.",
      });
    },
    list: async () => (await ask<SpaceListMessage>({ method: "GET", path: "/v1/spaces" })).spaces,
    async outcomes(of) {
      const query = of === undefined ? "" : `?${new URLSearchParams({ run: of.run, suite: of.suite })}`;
      const stats = await ask<{ spaces: (SpacesOutcome & { states: unknown })[] }>({
        method: "GET",
        path: `/v1/stats${query}`,
      });
      return stats.spaces.map(({ states: _, ...outcome }) => outcome);
    },
    async [Symbol.asyncDispose]() {
      options.signal.removeEventListener("abort", stop);
      closing.abort(
        spaceError({ code: "BROKER_CLOSED", message: "The connection to the broker was closed" }),
      );
      const session = await own?.catch(() => undefined);
      await session?.[Symbol.asyncDispose]();
      wire[Symbol.dispose]();
    },
  };
}

async function openRemoteSession(
  wire: Wire,
  { signal, onEnd }: { signal: AbortSignal; onEnd?: (() => void) | undefined },
): Promise<BrokerSession> {
  const { message, held } = await wire.hold<{ session: string }>({
    method: "POST",
    path: "/v1/sessions",
    signal,
  });
  if (onEnd !== undefined) held.once("close", onEnd);
  return {
    id: message.session,
    [Symbol.asyncDispose]: async () => await endOf(held),
  };
}

async function endOf(held: IncomingMessage): Promise<void> {
  if (held.destroyed) return;
  const closed = new Promise((resolve) => held.once("close", resolve));
  held.destroy();
  await closed;
}
