import { createCleanup } from "../../support/cleanup.ts";
import { spaceError } from "../errors.ts";
import type { MakerOptions, SpaceServer } from "../maker.ts";
import { type BriefSession, openBriefSession } from "./brief-session.ts";
import { prepareEnding } from "./ending.ts";
import { canReset, readFacts, type ServerFacts } from "./facts.ts";
import { PREPARE_OUTSIDE } from "./outside.ts";
import { randomPassword, scramVerifier } from "./password.ts";
import {
  type Login,
  openSession,
  type Query,
  type Run,
  type Session,
  serverWords,
  sqlState,
} from "./session.ts";
import { createSessions } from "./sessions.ts";
import { identifier, literal } from "./sql.ts";

/** Our own way into a server: as a superuser of our own where we may make one. */
export interface Admin extends AsyncDisposable {
  server: SpaceServer;
  facts: ServerFacts;
  /** In a database that is no space; so is `query`. */
  run: Run;
  query: Query;
  /** A session in a space or a template, in which nothing fires and nothing is counted. */
  open(database: string, signal: AbortSignal): Promise<Session>;
  /** The same, in which everything can be asked that `run` can; undefined where sessions of ours cannot be told from others. */
  openStaying: ((database: string, signal: AbortSignal) => Promise<Session>) | undefined;
  /** The same as `open`, for a question and what follows from its answer. */
  ask(database: string, question: string, signal: AbortSignal): Promise<BriefSession>;
}

/** Enough for two makers, a reset and a drop at once; a server has a hundred connections, and those are the tests'. */
const SESSIONS = 4;
const CLOSE_MS = 10_000;

/** So that what we write is all that is written, and what we read is read the same everywhere. */
const SETTINGS = {
  track_counts: "off",
  session_replication_role: "replica",
  search_path: "pg_catalog",
  default_transaction_read_only: "off",
  default_transaction_isolation: "read committed",
  idle_in_transaction_session_timeout: "0",
  client_min_messages: "error",
  synchronize_seqscans: "off",
  max_parallel_workers_per_gather: "0",
  jit: "off",
  quote_all_identifiers: "off",
  DateStyle: "ISO",
  IntervalStyle: "postgres",
  TimeZone: "UTC",
  extra_float_digits: "1",
  bytea_output: "hex",
  xmlbinary: "base64",
  lc_monetary: "C",
  standard_conforming_strings: "on",
  array_nulls: "on",
};

/** For what is asked again and again, and compared. */
const ASKING = { plan_cache_mode: "force_generic_plan", DateStyle: "ISO", TimeZone: "UTC" };

/** Connects to a server and asks what it is like. */
export async function openAdmin(options: MakerOptions): Promise<Admin> {
  const { server, prefix, signal } = options;
  const cleanup = createCleanup();
  try {
    const { session, login: given } = await openFirst(options);
    await using first = session;
    const facts = await readFacts(first, server.service);
    const own = facts.isSuperuser ? await makeOwn(first, `${prefix}admin`, given.database) : undefined;
    if (own !== undefined) {
      cleanup.add(async () => {
        await using last = await openSession(server, given, AbortSignal.timeout(CLOSE_MS));
        await last.query(`DROP ROLE IF EXISTS ${identifier(own.user)}`);
      });
    }
    const welcome = own === undefined ? undefined : await knock(own);
    const isAlone = welcome !== undefined;
    const login = own !== undefined && isAlone ? own : given;
    const prepare = prepareEnding(isAlone) + (facts.isSuperuser ? `; ${PREPARE_OUTSIDE}` : "");
    const openPrepared = async (more: Login, during: AbortSignal) => {
      const session = await openSession(
        server,
        { ...more, settings: { ...more.settings, ...ASKING } },
        during,
      );
      try {
        await session.run(prepare);
        return session;
      } catch (error) {
        await session[Symbol.asyncDispose]();
        throw error;
      }
    };
    const sessions = createSessions(() => openPrepared(login, NEVER), SESSIONS);
    cleanup.add(async () => await sessions[Symbol.asyncDispose]());
    const settings = facts.isSuperuser ? SETTINGS : undefined;
    const open: Admin["open"] = (database, during) =>
      openSession(server, { ...login, database, settings }, during);
    let isBrief = welcome?.isTrusted === true;
    return {
      server,
      facts,
      run: sessions.run,
      query: sessions.query,
      open,
      openStaying:
        isAlone && canReset(facts)
          ? (database, during) => {
              const staying = { ...settings, idle_session_timeout: "0" };
              return openPrepared({ ...login, database, settings: staying }, during);
            }
          : undefined,
      async ask(database, question, during) {
        const inside = { ...login, database, settings };
        const brief = isBrief
          ? await openBriefSession({ server, login: inside, question, signal: during })
          : undefined;
        isBrief = brief !== undefined;
        return brief ?? (await askSlowly(await open(database, during), question));
      },
      [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose](),
    };
  } catch (error) {
    await cleanup[Symbol.asyncDispose]();
    throw error;
  }

  async function knock(login: Login): Promise<Pick<Session, "isTrusted"> | undefined> {
    try {
      await using session = await openSession(server, login, signal);
      return { isTrusted: session.isTrusted };
    } catch (error) {
      // The server's own list of who may connect from where does not know our role.
      if (sqlState(error)?.startsWith("28") === true) return undefined;
      throw error;
    }
  }
}

async function askSlowly(session: Session, question: string): Promise<BriefSession> {
  const { query } = session;
  const leave = () => session[Symbol.asyncDispose]();
  try {
    return {
      answer: await query(question),
      query,
      finish: (sql) => query(sql).finally(leave),
      [Symbol.asyncDispose]: leave,
    };
  } catch (error) {
    await leave();
    throw error;
  }
}

/** Sessions of the pool belong to no single call. */
const NEVER = new AbortController().signal;

async function openFirst({
  server,
  plan,
  signal,
}: MakerOptions): Promise<{ session: Session; login: Login }> {
  const user = server.admin.user ?? "postgres";
  const named = ["postgres", server.admin.database, user].filter((name) => name !== undefined);
  // A database with a session in it cannot be copied.
  const databases = [...named.filter((name) => name !== plan.template.from), ...named];
  let refusal: unknown;
  for (const database of databases) {
    const login: Login = { user, password: server.admin.password, database };
    try {
      return { session: await openSession(server, login, signal), login };
    } catch (error) {
      // Undefined database, or one that does not accept connections.
      if (!["3D000", "55000"].includes(sqlState(error) ?? "")) throw refused(server, user, error);
      refusal = error;
    }
  }
  throw refused(server, user, refusal);
}

function refused(server: SpaceServer, user: string, error: unknown): unknown {
  if (sqlState(error) === undefined) return error;
  return spaceError({
    code: "SPACE_NOT_MADE",
    message: `PostgreSQL of service ${server.service} does not let ${user} in: ${serverWords(error)}`,
    hint: "check the service's POSTGRES_USER and POSTGRES_PASSWORD",
    cause: error,
  });
}

/** A superuser whose password costs next to nothing to check. It is random and never leaves this process. */
async function makeOwn(session: Session, user: string, database: string): Promise<Login> {
  const password = randomPassword();
  const verifier = literal(await scramVerifier(password, 1));
  await session.query(`CREATE ROLE ${identifier(user)} SUPERUSER LOGIN PASSWORD ${verifier}`);
  return { user, password, database };
}
