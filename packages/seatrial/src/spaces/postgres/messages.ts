import { DatabaseError } from "pg";
import type { Row } from "./session.ts";

/** What we say and hear of PostgreSQL's protocol 3 where we speak it ourselves: a greeting, statements as text, a farewell. */
export const TERMINATE = message("X", "");

/** The first message of a connection. */
export function startup(parameters: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}\0${value}\0`);
  const body = Buffer.concat([Buffer.from([0, 3, 0, 0]), Buffer.from(`${pairs.join("")}\0`)]);
  return Buffer.concat([lengthOf(body), body]);
}

/** Statements as one message. */
export function query(sql: string): Buffer {
  return message("Q", `${sql.replaceAll("\0", "\uFFFD")}\0`);
}

export interface ServerMessage {
  /** One character: `Z` when the server is ready for a query. */
  kind: string;
  body: Buffer;
}

/** Gives the messages that are complete with each chunk of bytes. */
export function createMessageReader(): (chunk: Buffer) => ServerMessage[] {
  let pending: Buffer = Buffer.alloc(0);
  return (chunk) => {
    let rest = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    const messages: ServerMessage[] = [];
    while (rest.length >= 5) {
      const end = 1 + rest.readInt32BE(1);
      if (rest.length < end) break;
      messages.push({ kind: String.fromCharCode(rest[0] ?? 0), body: rest.subarray(5, end) });
      rest = rest.subarray(end);
    }
    pending = rest;
    return messages;
  };
}

/** The names of a row description's columns. */
export function readColumns(body: Buffer): string[] {
  let at = 2;
  return Array.from({ length: body.readInt16BE(0) }, () => {
    const end = body.indexOf(0, at);
    const name = body.toString("utf8", at, end);
    // Its table, number, type, size, modifier and format.
    at = end + 1 + 18;
    return name;
  });
}

/** A row of data, as PostgreSQL prints it. */
export function readRow(body: Buffer, columns: readonly string[]): Row {
  const row: Row = {};
  let at = 2;
  for (const column of columns) {
    const length = body.readInt32BE(at);
    at += 4;
    row[column] = length < 0 ? null : body.toString("utf8", at, at + length);
    at += Math.max(0, length);
  }
  return row;
}

/** What the server refused, as `pg` would tell. */
export function readError(body: Buffer): DatabaseError {
  const fields = new Map<string, string>();
  for (const field of body.toString("utf8").split("\0")) {
    if (field !== "") fields.set(field.slice(0, 1), field.slice(1));
  }
  const error = new DatabaseError(fields.get("M") ?? "an error without a message", body.length, "error");
  return Object.assign(error, {
    severity: fields.get("S"),
    code: fields.get("C"),
    detail: fields.get("D"),
    hint: fields.get("H"),
  });
}

function message(kind: string, text: string): Buffer {
  const body = Buffer.from(text);
  return Buffer.concat([Buffer.from(kind), lengthOf(body), body]);
}

function lengthOf(body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + body.length);
  return length;
}
