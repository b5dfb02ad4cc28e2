import type { Session } from "./session.ts";

/** Sessions that stay in clean spaces, and while tests have them: putting back takes a third of the time without opening one. */
export interface StayingSessions extends AsyncDisposable {
  /** Takes out the one that is in a space, for the caller to close or to put back; undefined: there is none, or it was lost. */
  take(name: string): Promise<Session | undefined>;
  /** Opens one, also for the caller; undefined: there are enough of them, and their spaces are used at least as often. */
  open(name: string, signal: AbortSignal): Promise<Session | undefined>;
  /** Lets a session stay in a space, in which there is none. */
  put(name: string, session: Session): Promise<void>;
  /** Resolves when the server has ended the one that is in a space. */
  leave(name: string): Promise<void>;
}

/** Keeps at most `limit` of them, not counting those that were taken out. */
export function createStayingSessions(
  open: (name: string, signal: AbortSignal) => Promise<Session>,
  limit: number,
): StayingSessions {
  /** Least lately used first. */
  const sessions = new Map<string, Session>();
  /** When each space was last asked for, by a count of all that is asked for. */
  const used = new Map<string, number>();
  let count = 0;

  async function take(name: string): Promise<Session | undefined> {
    const session = sessions.get(name);
    sessions.delete(name);
    if (session?.isLost !== true) return session;
    await session[Symbol.asyncDispose]();
    return undefined;
  }

  async function leave(name: string): Promise<void> {
    used.delete(name);
    await (await take(name))?.[Symbol.asyncDispose]();
  }

  /** Whether a space that was last used then is used more often than one of those that have a session. */
  function deserves(before: number | undefined): boolean {
    if (sessions.size < limit) return limit > 0;
    const [oldest] = sessions.keys();
    return before !== undefined && oldest !== undefined && (used.get(oldest) ?? 0) < before;
  }

  return {
    take,
    leave,
    async open(name, signal) {
      const before = used.get(name);
      count += 1;
      used.set(name, count);
      return deserves(before) ? await open(name, signal) : undefined;
    },
    async put(name, session) {
      count += 1;
      used.set(name, count);
      sessions.set(name, session);
      const [oldest] = sessions.keys();
      if (sessions.size <= limit || oldest === undefined) return;
      await (await take(oldest))?.[Symbol.asyncDispose]();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...sessions.keys()].map(leave));
    },
  };
}
