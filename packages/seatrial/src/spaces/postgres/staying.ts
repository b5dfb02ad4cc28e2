import type { Session } from "./session.ts";

/** Sessions that stay in spaces while tests have them: putting back takes a third of the time without opening one. */
export interface StayingSessions extends AsyncDisposable {
  /** The one that is in a space; undefined: there is none, or it was lost. */
  get(name: string): Session | undefined;
  /** Puts one there. */
  open(name: string, signal: AbortSignal): Promise<Session>;
  /** Resolves when the server has ended it. */
  leave(name: string): Promise<void>;
}

/** Keeps at most `limit` of them, more than are at work at once: the one that was used longest ago leaves first. */
export function createStayingSessions(
  open: (name: string, signal: AbortSignal) => Promise<Session>,
  limit: number,
): StayingSessions {
  /** Least lately used first. */
  const sessions = new Map<string, Session>();

  async function leave(name: string): Promise<void> {
    const session = sessions.get(name);
    sessions.delete(name);
    await session?.[Symbol.asyncDispose]();
  }

  return {
    leave,
    get(name) {
      const session = sessions.get(name);
      if (session === undefined || session.isLost) return undefined;
      sessions.delete(name);
      sessions.set(name, session);
      return session;
    },
    async open(name, signal) {
      await leave(name);
      const session = await open(name, signal);
      sessions.set(name, session);
      const [oldest] = sessions.keys();
      if (sessions.size > limit && oldest !== undefined) await leave(oldest);
      return session;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...sessions.keys()].map(leave));
    },
  };
}
