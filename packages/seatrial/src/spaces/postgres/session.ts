import type { Duplex } from "node:stream";
import { Client, DatabaseError } from "pg";
import { deferred, orAborted } from "../../support/abort.ts";
import { messageOf, ToolError } from "../../support/error.ts";
import { spaceError } from "../errors.ts";
import type { SpaceServer } from "../maker.ts";

/** A row of an answer: every value as PostgreSQL prints it. */
export type Row = Record<string, string | null>;

/** Runs statements in one message and resolves with the rows of the last. */
export type Query = (sql: string) => Promise<Row[]>;

/** Runs statements in one message and resolves with the rows of each. */
export type Run = (sql: string) => Promise<Row[][]>;

/** A connection to one database. Closing it resolves when the server has ended it too. */
export interface Session extends AsyncDisposable {
  /** Fails with the server's own error, or SPACE_SERVER_LOST; so does `query`. */
  run: Run;
  query: Query;
  /** The server, or the way to it, has gone. */
  readonly isLost: boolean;
  /** The server let us in without asking for a password. */
  readonly isTrusted: boolean;
}

export interface Login {
  user: string;
  password: string | undefined;
  database: string;
  /** Server settings of the session. They win over those of the database and the role. */
  settings?: Record<string, string> | undefined;
}

/** How long a server may take to let somebody in. */
const CONNECT_MS = 30_000;

/** Connects to a database of the server. Fails with the server's own error, or SPACE_SERVER_LOST. */
export async function openSession(server: SpaceServer, login: Login, signal: AbortSignal): Promise<Session> {
  const stream = await server.dial(server.port, signal);
  let isTrusted = true;
  const client = new Client({
    ...startupOf(login),
    stream: () => asSocket(stream),
    host: server.service,
    port: server.port,
    // Also for pg not to look it up in our own environment.
    password: () => {
      isTrusted = false;
      return login.password ?? "";
    },
    ssl: false,
    connectionTimeoutMillis: CONNECT_MS,
    types: { getTypeParser: () => (value: unknown) => value },
  });
  const ended = deferred<void>();
  let isLost = false;
  client.on("error", () => {
    isLost = true;
  });
  client.on("end", () => {
    isLost = true;
    ended.resolve();
  });
  try {
    await orAborted(client.connect(), signal);
  } catch (error) {
    stream.destroy();
    throw signal.aborted ? error : failureOf(server, error);
  }
  async function run(sql: string): Promise<Row[][]> {
    try {
      const results: unknown = await client.query(sql);
      return ([results].flat() as { rows: Row[] }[]).map(({ rows }) => rows);
    } catch (error) {
      throw failureOf(server, error);
    }
  }

  return {
    get isLost() {
      return isLost;
    },
    isTrusted,
    run,
    query: async (sql) => (await run(sql)).at(-1) ?? [],
    async [Symbol.asyncDispose]() {
      if (isLost) return void stream.destroy();
      await client.end();
      await ended.promise;
    },
  };
}

/** The SQLSTATE of what the server refused; undefined for any other error. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined;
}

/** Everything that the server said of what it refused. */
export function serverWords(error: unknown): string {
  if (!(error instanceof DatabaseError)) return messageOf(error);
  return [error.message, error.detail, error.hint].filter((part) => part !== undefined).join("; ");
}

/** What ends sessions from the server's side: it is stopping, has crashed, or somebody terminated them. */
const ENDED = new Set(["57P01", "57P02", "57P03"]);

/** The server's own error, or SPACE_SERVER_LOST. */
export function failureOf(server: SpaceServer, error: unknown): unknown {
  const state = sqlState(error);
  if (state === undefined ? !isOfConnection(error) : !ENDED.has(state)) return error;
  return spaceError({
    code: "SPACE_SERVER_LOST",
    message: `the connection to PostgreSQL of service ${server.service} is lost: ${messageOf(error)}`,
    cause: error,
  });
}

/** pg's own errors carry no code. */
function isOfConnection(error: unknown): boolean {
  if (error instanceof ToolError) return error.code !== "SPACE_SERVER_LOST";
  if (!(error instanceof Error)) return false;
  return (
    /^(Connection terminated|timeout expired|Client (has encountered|was closed))/.test(error.message) ||
    "errno" in error
  );
}

/**
 * What every session of ours runs with. Servers of tests answer before a commit is logged (`synchronous_commit = off`): one of their processes
 * that crashes would take the end of a template with it, or the making of a space that is handed out later. Where such a server does not
 * wait for its disk either (`fsync = off`), logging costs a write into the page cache.
 */
const SETTINGS = { statement_timeout: "0", lock_timeout: "0", synchronous_commit: "local" };

/** What a connection says of itself before anything else. */
export function startupOf(
  login: Login,
): Record<"user" | "database" | "application_name" | "client_encoding" | "options", string> {
  return {
    user: login.user,
    database: login.database,
    application_name: "seatrial",
    client_encoding: "UTF8",
    options: optionsOf({ ...SETTINGS, ...login.settings }),
  };
}

function optionsOf(settings: Record<string, string>): string {
  const escaped = Object.entries(settings).map(
    ([name, value]) => `${name}=${value.replace(/[\\ ]/g, "\\$&")}`,
  );
  return escaped.map((setting) => `-c ${setting}`).join(" ");
}

/** A stream with what pg wants of a socket of Node's. */
export function asSocket(stream: Duplex): Duplex {
  stream.allowHalfOpen = false;
  const self = () => stream;
  return Object.assign(stream, {
    connect() {
      process.nextTick(() => stream.emit("connect"));
      return stream;
    },
    setNoDelay: self,
    setKeepAlive: self,
    ref: self,
    unref: self,
  });
}
