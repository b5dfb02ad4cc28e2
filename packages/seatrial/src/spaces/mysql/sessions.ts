import { isToolError } from "../../support/error.ts";
import type { SpaceServer } from "../maker.ts";
import { errorNumber, failureOf, lostServer } from "./failure.ts";
import { type Login, openSession, type Rows, type Session } from "./session.ts";

/** Sessions of the administrator, opened when they are needed and used again. */
export interface Sessions extends AsyncDisposable {
  /** Lends one for some work; `doing` is said when that fails. */
  use<T>(doing: string, signal: AbortSignal, work: (session: Work) => Promise<T>): Promise<T>;
}

/** A session that is lent for some work, which the signal ends. */
export interface Work {
  readonly id: number;
  readonly signal: AbortSignal;
  run(statements: readonly string[]): Promise<Rows[]>;
}

const IDLE = 4;
const KILL_MS = 5_000;

/** Opens none yet. */
export function createSessions(options: {
  server: SpaceServer;
  login: Login;
  setup: readonly string[];
}): Sessions {
  const { service } = options.server;
  const idle: Session[] = [];
  let closed = false;

  async function borrow(signal: AbortSignal): Promise<Session> {
    for (let session = idle.pop(); session !== undefined; session = idle.pop()) {
      if (!session.broken) return session;
    }
    try {
      return await openSession({ ...options, signal });
    } catch (error) {
      signal.throwIfAborted();
      throw errorNumber(error) === undefined
        ? lostServer(error, service)
        : failureOf(error, { service, doing: "logging in" });
    }
  }

  function giveBack(session: Session): void {
    if (closed || session.broken || idle.length >= IDLE) session.close();
    else idle.push(session);
  }

  /** The server goes on with what nobody waits for any more, and would make what has been dropped meanwhile. */
  async function endInServer(id: number): Promise<void> {
    const signal = AbortSignal.timeout(KILL_MS);
    const session = await borrow(signal);
    // It may have ended by itself.
    await session.run([`KILL ${id}`], signal).catch(() => undefined);
    giveBack(session);
  }

  return {
    async use(doing, signal, work) {
      signal.throwIfAborted();
      const session = await borrow(signal);
      try {
        const result = await work({
          id: session.id,
          signal,
          run: (statements) => session.run(statements, signal),
        });
        giveBack(session);
        return result;
      } catch (error) {
        const wasLost = session.broken;
        // Its database and its transaction are wherever the failure left them.
        session.close();
        if (signal.aborted) {
          await endInServer(session.id).catch(() => undefined);
          throw signal.reason;
        }
        if (wasLost && !isToolError(error)) giveBack(await borrow(signal));
        throw failureOf(error, { service, doing });
      }
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      for (const session of idle.splice(0)) session.close();
    },
  };
}
