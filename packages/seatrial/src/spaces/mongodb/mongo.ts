import { type Document, MongoClient } from "mongodb";
import { deferred, orAborted } from "../../support/abort.ts";
import { forwardSocket } from "../forward-socket.ts";
import type { SpaceServer } from "../maker.ts";
import { failureOf } from "./failure.ts";
import type { Login } from "./login.ts";

/** The administrator's connections to a server. */
export interface Mongo extends AsyncDisposable {
  /** Runs a command in a database; `doing` is said when that fails. */
  run(command: Document, options: CallOptions): Promise<Document>;
  /** Runs a command that answers with a list, to its end. Numbers keep the types that they have in the server. */
  list(command: Document, options: CallOptions): Promise<Document[]>;
  /** Adds documents to a collection, in their order, whatever its validator says. */
  insert(collection: string, documents: Document[], options: CallOptions): Promise<void>;
}

export interface CallOptions {
  database: string;
  doing: string;
  signal: AbortSignal;
}

/** For the server to be found, each time that something is asked of it. */
const FIND_MS = 10_000;

/** Connects and logs in. */
export async function connectMongo(options: {
  server: SpaceServer;
  login: Login | undefined;
  signal: AbortSignal;
}): Promise<Mongo> {
  const { server, login, signal } = options;
  // The client would try for a while: it does not hear why a connection ends.
  const waiting = new Set<(reason: unknown) => void>();
  const onRefused = (error: unknown) => {
    for (const reject of waiting) reject(error);
  };
  const socket = await forwardSocket({ server, port: server.port, onRefused, signal });
  const client = new MongoClient(`mongodb://${encodeURIComponent(socket.path)}/`, {
    directConnection: true,
    ...(login === undefined
      ? {}
      : { auth: { username: login.user, password: login.password }, authSource: "admin" }),
    appName: "seatrial",
    maxPoolSize: 8,
    serverSelectionTimeoutMS: FIND_MS,
    retryReads: false,
    retryWrites: false,
  });

  async function call<T>(doing: string, callSignal: AbortSignal, work: () => Promise<T>): Promise<T> {
    callSignal.throwIfAborted();
    const refused = deferred<never>();
    waiting.add(refused.reject);
    try {
      return await Promise.race([work(), refused.promise]);
    } catch (error) {
      callSignal.throwIfAborted();
      throw failureOf(error, { service: server.service, doing });
    } finally {
      waiting.delete(refused.reject);
    }
  }

  async function close(): Promise<void> {
    await client.close();
    await socket[Symbol.asyncDispose]();
  }

  try {
    await call("connecting", signal, () => orAborted(client.connect(), signal));
    // A server with accounts lets anybody connect.
    await call("logging in", signal, () =>
      client.db("admin").command({ listDatabases: 1, nameOnly: true }, { signal }),
    );
  } catch (error) {
    await close();
    throw error;
  }
  return {
    run: (command, { database, doing, signal: callSignal }) =>
      call(doing, callSignal, () => client.db(database).command(command, { signal: callSignal })),
    list: (command, { database, doing, signal: callSignal }) =>
      call(doing, callSignal, () =>
        orAborted(
          client.db(database).runCursorCommand(command, { promoteValues: false }).toArray(),
          callSignal,
        ),
      ),
    async insert(collection, documents, { database, doing, signal: callSignal }) {
      if (documents.length === 0) return;
      const options = { ordered: true, bypassDocumentValidation: true };
      await call(doing, callSignal, () =>
        orAborted(client.db(database).collection(collection).insertMany(documents, options), callSignal),
      );
    },
    [Symbol.asyncDispose]: close,
  };
}
