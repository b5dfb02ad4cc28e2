import { setMaxListeners } from "node:events";
import type { Broker, BrokerSession } from "../broker.ts";
import { spaceError } from "../errors.ts";

/** The sessions that clients of an endpoint hold open. */
export interface HeldSessions {
  /** Opens one that ends with the signal. */
  open(gone: AbortSignal): Promise<string>;
  /** Aborts with the session. Fails with SPACE_REQUEST_INVALID when no client of this endpoint holds it. */
  signalOf(id: string): AbortSignal;
  /** Ends all of them; resolves when their leases have ended. */
  endAll(): Promise<void>;
}

/** The sessions of one endpoint. `onEnd` is told when a session's leases have ended. */
export function createHeldSessions(options: {
  broker: Pick<Broker, "openSession">;
  onEnd: (id: string) => void;
}): HeldSessions {
  const held = new Map<string, { session: BrokerSession; ended: AbortController }>();
  const ending = new Set<Promise<void>>();

  async function end(id: string): Promise<void> {
    const found = held.get(id);
    if (found === undefined) return;
    held.delete(id);
    found.ended.abort(notOpen(id));
    options.onEnd(id);
    await found.session[Symbol.asyncDispose]();
  }

  function endInBackground(id: string): void {
    // What a session's end could not do, the broker's own end does.
    const work = end(id).catch(() => undefined);
    ending.add(work);
    void work.then(() => ending.delete(work));
  }

  return {
    async open(gone) {
      const session = await options.broker.openSession();
      const ended = new AbortController();
      setMaxListeners(0, ended.signal);
      held.set(session.id, { session, ended });
      if (gone.aborted) endInBackground(session.id);
      else gone.addEventListener("abort", () => endInBackground(session.id), { once: true });
      return session.id;
    },
    signalOf(id) {
      const found = held.get(id);
      if (found !== undefined) return found.ended.signal;
      throw notOpen(id);
    },
    async endAll() {
      for (const id of [...held.keys()]) endInBackground(id);
      await Promise.all(ending);
    },
  };
}

function notOpen(id: string) {
  return spaceError({
    code: "SPACE_REQUEST_INVALID",
    message: `session: no client holds a session ${JSON.stringify(id)} open`,
    hint: "A session lasts as long as the answer to POST /v1/sessions is left open.",
  });
}
