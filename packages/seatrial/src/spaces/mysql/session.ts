import { createConnection } from "mysql2";
import { deferred, orAborted } from "../../support/abort.ts";
import type { SpaceServer } from "../maker.ts";
import { literal } from "./quote.ts";

/** Answers of the server. Every value is as the server prints it. */
export type Rows = Record<string, string | null>[];

/** One session of the administrator. One call at a time. */
export interface Session {
  readonly id: number;
  /** It can be used no more. */
  readonly broken: boolean;
  /** Runs statements in one round trip, up to the first that fails, and gives each one's rows. */
  run(statements: readonly string[], signal: AbortSignal): Promise<Rows[]>;
  close(): void;
}

export interface Login {
  user: string;
  password: string | undefined;
}

/** What is in force in a session of ours when nothing else was asked for. */
export const SESSION_CONTEXT: Readonly<Record<string, string>> = {
  sql_mode: "NO_AUTO_VALUE_ON_ZERO",
  time_zone: "+00:00",
  character_set_client: "utf8mb4",
  collation_connection: "utf8mb4_general_ci",
};

/** As a copy needs it: values are taken as they are, in any order, and a lock that a test still holds ends in an error. */
const SESSION_SETUP = [
  "SET NAMES utf8mb4",
  setContext(SESSION_CONTEXT),
  "SET SESSION foreign_key_checks = 0, innodb_strict_mode = 0, sql_quote_show_create = 1",
  "SET SESSION lock_wait_timeout = 3, innodb_lock_wait_timeout = 3, wait_timeout = 86400",
];

/** The statement that puts something of the session's context in force. */
export function setContext(context: Readonly<Record<string, string>>): string {
  const settings = Object.entries(context).map(([name, value]) => `${name} = ${literal(value)}`);
  return `SET SESSION ${settings.join(", ")}`;
}

/** Connects and logs in. Fails with the server's own error, or with that of `dial`. */
export async function openSession(options: {
  server: SpaceServer;
  login: Login;
  setup: readonly string[];
  signal: AbortSignal;
}): Promise<Session> {
  const { server, login, signal } = options;
  const stream = await server.dial(server.port, signal);
  // The client ends its own side when it sees the other's end.
  stream.allowHalfOpen = false;
  let broken = false;
  const connection = createConnection({
    stream,
    user: login.user,
    ...(login.password === undefined ? {} : { password: login.password }),
    charset: "utf8mb4",
    multipleStatements: true,
    typeCast: (field) => field.string("utf8"),
  });
  const lose = () => {
    broken = true;
  };
  connection.on("error", lose);
  connection.on("end", lose);
  stream.once("close", lose);

  function close(): void {
    broken = true;
    connection.destroy();
    stream.destroy();
  }

  async function waitFor<T>(promise: Promise<T>, callSignal: AbortSignal): Promise<T> {
    try {
      return await orAborted(promise, callSignal);
    } catch (error) {
      if (callSignal.aborted) close();
      throw error;
    }
  }

  async function run(statements: readonly string[], callSignal: AbortSignal): Promise<Rows[]> {
    if (statements.length === 0) return [];
    callSignal.throwIfAborted();
    const done = deferred<unknown>();
    // A line of its own: the statement before may end in a comment.
    connection.query(statements.join("\n;\n"), (error, results) => {
      if (error === null) {
        done.resolve(results);
        return;
      }
      // It may hold a password, and an error's cause is for everybody.
      Reflect.deleteProperty(error, "sql");
      done.reject(error);
    });
    const results = await waitFor(done.promise, callSignal);
    const each = statements.length === 1 ? [results] : (results as unknown[]);
    return each.map((rows) => (Array.isArray(rows) ? rows : []) as Rows);
  }

  const connected = deferred<void>();
  connection.connect((error) => (error === null ? connected.resolve() : connected.reject(error)));
  try {
    await waitFor(connected.promise, signal);
    await run([...SESSION_SETUP, ...options.setup], signal);
  } catch (error) {
    close();
    throw error;
  }
  return {
    id: connection.threadId ?? 0,
    get broken() {
      return broken;
    },
    run,
    close,
  };
}
