import type { Duplex } from "node:stream";
import { deferred, orAborted } from "../../support/abort.ts";
import type { SpaceServer } from "../maker.ts";
import {
  createMessageReader,
  query,
  readColumns,
  readError,
  readRow,
  type ServerMessage,
  startup,
  TERMINATE,
} from "./messages.ts";
import { failureOf, type Login, type Query, type Row, startupOf } from "./session.ts";

/** A connection for as few messages as can be: a question, and what follows from its answer. Closing it resolves when the server has ended it too. */
export interface BriefSession extends AsyncDisposable {
  /** The rows of the question's last statement. */
  answer: Row[];
  query: Query;
  /** Runs statements and closes it; resolves with the rows of the last one. */
  finish(sql: string): Promise<Row[]>;
}

/**
 * Asks as soon as there is a connection, without waiting to be let in, and finishes in the same way: most of what a short connection costs
 * is waiting for each other. Only where the server asks for no password: undefined where it does, or does not let us in for another reason.
 */
export async function openBriefSession(options: {
  server: SpaceServer;
  login: Login;
  question: string;
  signal: AbortSignal;
}): Promise<BriefSession | undefined> {
  const { server, login, question, signal } = options;
  const stream = await server.dial(server.port, signal);
  stream.allowHalfOpen = false;
  const exchange = createExchange(stream);

  async function attempt(rows: Promise<Row[]>): Promise<Row[]> {
    try {
      return await orAborted(rows, signal);
    } catch (error) {
      stream.destroy();
      throw signal.aborted || !exchange.isIn ? error : failureOf(server, error);
    }
  }

  try {
    const answer = await attempt(exchange.ask(Buffer.concat([startup(startupOf(login)), query(question)])));
    return {
      answer,
      query: (sql) => attempt(exchange.ask(query(sql))),
      async finish(sql) {
        const rows = await attempt(exchange.ask(Buffer.concat([query(sql), TERMINATE]), { isLast: true }));
        await exchange.ended;
        return rows;
      },
      async [Symbol.asyncDispose]() {
        if (!stream.writableEnded && !stream.destroyed) stream.end(TERMINATE);
        await exchange.ended;
      },
    };
  } catch (error) {
    if (signal.aborted || exchange.isIn) throw error;
    return undefined;
  }
}

/** Questions and answers over a stream, one after another. */
function createExchange(stream: Duplex) {
  const read = createMessageReader();
  const ended = deferred<void>();
  let waiting = deferred<Row[]>();
  let columns: string[] = [];
  let rows: Row[] = [];
  let last: Row[] = [];
  let failure: Error | undefined;
  let isIn = false;

  function take({ kind, body }: ServerMessage): void {
    switch (kind) {
      case "T":
        columns = readColumns(body);
        break;
      case "D":
        rows.push(readRow(body, columns));
        break;
      case "C":
        last = rows;
        rows = [];
        break;
      case "E":
        failure = readError(body);
        break;
      case "R":
        // Anything but a plain yes asks for something that we did not bring along.
        if (body.readInt32BE(0) !== 0) stream.destroy();
        break;
      case "Z":
        // The first one ends the greeting.
        if (isIn) settle();
        isIn = true;
        break;
    }
  }

  function settle(): void {
    const { resolve, reject } = waiting;
    if (failure === undefined) resolve(last);
    else reject(failure);
    failure = undefined;
  }

  stream.on("data", (chunk: Buffer) => {
    for (const message of read(chunk)) take(message);
  });
  stream.on("error", (error) => {
    failure ??= error;
  });
  stream.once("close", () => {
    waiting.reject(failure ?? new Error("Connection terminated unexpectedly"));
    ended.resolve();
  });
  return {
    ended: ended.promise,
    get isIn() {
      return isIn;
    },
    ask(bytes: Buffer, { isLast = false } = {}): Promise<Row[]> {
      waiting = deferred();
      if (stream.destroyed) waiting.reject(new Error("Connection terminated unexpectedly"));
      else if (isLast) stream.end(bytes);
      else stream.write(bytes);
      return waiting.promise;
    },
  };
}
