import type { SpaceValues } from "../../model/index.ts";
import type { SpaceMessage } from "./messages.ts";

/** A space that was given out through an endpoint. */
export interface EndpointLease {
  readonly id: string;
  /** The definition's name. */
  readonly space: string;
  readonly session: string | undefined;
  /** Aborts with the lease: what the space's addresses hang on. */
  readonly ended: AbortSignal;
  /** What the client was told, once it is known. */
  message?: SpaceMessage | undefined;
}

/** What an endpoint knows of the leases that were made through it. */
export interface EndpointLeases {
  /** A lease begins, or goes on when its request was repeated. */
  begin(lease: { id: string; space: string; session: string | undefined; until: string }): EndpointLease;
  /** Undefined: it never was here, or is over. */
  get(id: string): EndpointLease | undefined;
  /** True for leases that were made here, for some time after their end too. */
  knows(id: string): boolean;
  /** The lease ends at another time than was said. */
  extend(id: string, until: string | undefined): void;
  /** What the lease held open goes. Again is fine. */
  end(id: string): void;
  endSession(session: string): void;
  endAll(): void;
}

interface Held {
  lease: EndpointLease;
  controller: AbortController;
  timer: NodeJS.Timeout | undefined;
}

/** Ids of leases that are over, of which a client may still ask. */
const MOST_REMEMBERED = 10_000;
/** The broker ends a lease at its time; what it held open may go a little later. */
const LATE_MS = 1_000;
/** What setTimeout can count to. */
const LONGEST_MS = 2_147_483_647;

/** An endpoint's leases. `onEnd` is told of each that ends, however it does. */
export function createEndpointLeases(options: {
  onEnd: (id: string) => void;
  now: () => number;
}): EndpointLeases {
  const held = new Map<string, Held>();
  const seen = new Set<string>();

  function end(id: string): void {
    const found = held.get(id);
    if (found === undefined) return;
    held.delete(id);
    clearTimeout(found.timer);
    found.controller.abort(new Error("the lease is over"));
    options.onEnd(id);
  }

  function endAt(id: string, until: string): NodeJS.Timeout {
    const rest = Date.parse(until) - options.now() + LATE_MS;
    return setTimeout(() => end(id), Math.min(Math.max(0, rest), LONGEST_MS)).unref();
  }

  function endAll(which: (lease: EndpointLease) => boolean): void {
    for (const { lease } of [...held.values()]) if (which(lease)) end(lease.id);
  }

  return {
    begin({ id, space, session, until }) {
      const known = held.get(id);
      if (known !== undefined) return known.lease;
      const controller = new AbortController();
      const lease: EndpointLease = { id, space, session, ended: controller.signal };
      held.set(id, { lease, controller, timer: endAt(id, until) });
      seen.add(id);
      if (seen.size > MOST_REMEMBERED) forgetOldest(seen);
      return lease;
    },
    get: (id) => held.get(id)?.lease,
    knows: (id) => seen.has(id),
    extend(id, until) {
      const found = held.get(id);
      if (found === undefined || until === undefined) return;
      clearTimeout(found.timer);
      found.timer = endAt(id, until);
    },
    end,
    endSession: (session) => endAll((lease) => lease.session === session),
    endAll: () => endAll(() => true),
  };
}

/** The values of further spaces of a client, by definition, for configuration files. An id that is not here is a `missing` one. */
export function valuesOf(
  leases: EndpointLeases,
  ids: readonly string[],
): { spaces: Record<string, SpaceValues>; missing: string | undefined } {
  const spaces: Record<string, SpaceValues> = {};
  for (const id of ids) {
    const message = leases.get(id)?.message;
    if (message === undefined) return { spaces, missing: id };
    spaces[message.space] = message.values;
  }
  return { spaces, missing: undefined };
}

function forgetOldest(ids: Set<string>): void {
  const [oldest] = ids;
  if (oldest !== undefined) ids.delete(oldest);
}
