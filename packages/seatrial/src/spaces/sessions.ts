import { setMaxListeners } from "node:events";
import type { BrokerSession } from "./broker.ts";
import { spaceError } from "./errors.ts";

/** Sessions of clients, and what ends with each. */
export interface Sessions {
  open(): BrokerSession;
  /** The session's signal and leases. Fails with SPACE_REQUEST_INVALID when it is over. */
  get(id: string): OpenSession;
}

export interface OpenSession {
  /** Aborts when it ends. */
  signal: AbortSignal;
  /** Called when it ends, each once. */
  ends: Set<() => void>;
}

/** No sessions. */
export function createSessions(newId: () => string): Sessions {
  const sessions = new Map<string, OpenSession>();
  return {
    open() {
      const id = newId();
      const controller = new AbortController();
      // Every request of the session that waits listens to it.
      setMaxListeners(0, controller.signal);
      const session: OpenSession = { signal: controller.signal, ends: new Set() };
      sessions.set(id, session);
      return {
        id,
        async [Symbol.asyncDispose]() {
          if (!sessions.delete(id)) return;
          controller.abort(isOver(id));
          for (const end of session.ends) end();
        },
      };
    },
    get(id) {
      const session = sessions.get(id);
      if (session === undefined) throw isOver(id);
      return session;
    },
  };
}

function isOver(id: string): Error {
  return spaceError({
    code: "SPACE_REQUEST_INVALID",
    message: `The session ${id} is over or never was.`,
    hint: "Open a session with POST /v1/sessions, and leave its connection open.",
  });
}
