import { deferred } from "../../support/abort.ts";
import type { Query, Row, Run, Session } from "./session.ts";

/** Sessions in one database, for statements that may run at the same time. */
export interface Sessions extends AsyncDisposable {
  /** On a session that has nothing else to do. */
  run: Run;
  query: Query;
}

/** Keeps at most `limit` sessions, each opened when all others are busy. A lost one is replaced at the next need. Closing waits for no statement. */
export function createSessions(open: () => Promise<Session>, limit: number): Sessions {
  const idle: Session[] = [];
  const waiting: (() => void)[] = [];
  let count = 0;
  let isClosed = false;

  async function take(): Promise<Session> {
    while (true) {
      const session = idle.pop();
      if (session === undefined) break;
      if (!session.isLost) return session;
      count -= 1;
    }
    if (count < limit) {
      count += 1;
      try {
        return await open();
      } catch (error) {
        count -= 1;
        waiting.shift()?.();
        throw error;
      }
    }
    const turn = deferred<void>();
    waiting.push(turn.resolve);
    await turn.promise;
    return await take();
  }

  async function closeIdle(): Promise<void> {
    await Promise.all(idle.splice(0).map((session) => session[Symbol.asyncDispose]()));
  }

  async function run(sql: string): Promise<Row[][]> {
    const session = await take();
    try {
      return await session.run(sql);
    } catch (error) {
      // A transaction that was begun in it, and has failed, is not the next one's.
      if (!session.isLost) await session.run("ROLLBACK").catch(() => undefined);
      throw error;
    } finally {
      idle.push(session);
      if (isClosed) await closeIdle();
      else waiting.shift()?.();
    }
  }

  return {
    run,
    query: async (sql) => (await run(sql)).at(-1) ?? [],
    async [Symbol.asyncDispose]() {
      isClosed = true;
      await closeIdle();
    },
  };
}
