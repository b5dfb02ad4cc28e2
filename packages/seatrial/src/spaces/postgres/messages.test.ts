import { expect, test } from "vitest";
import {
  createMessageReader,
  query,
  readColumns,
  readError,
  readRow,
  startup,
  TERMINATE,
} from "./messages.ts";

/** A message as the server sends it. */
function told(kind: string, body: Buffer | string): Buffer {
  const bytes = Buffer.from(body);
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length + 4);
  return Buffer.concat([Buffer.from(kind), length, bytes]);
}

test("what is said is as the protocol has it", () => {
  expect(startup({ user: "ann", database: "ö" }).toString("latin1")).toBe(
    Buffer.from("\0\0\0\x1e\0\x03\0\0user\0ann\0database\0ö\0\0").toString("latin1"),
  );
  expect(query("SELECT 'ö'").toString()).toBe("Q\0\0\0\x10SELECT 'ö'\0");
  expect(query("a\0b").toString()).toBe("Q\0\0\0\x0aa\uFFFDb\0");
  expect(TERMINATE.toString()).toBe("X\0\0\0\x04");
});

test("messages are read out of chunks of any size", () => {
  const bytes = Buffer.concat([told("Z", "I"), told("C", "SELECT 1\0"), told("N", "")]);
  for (const size of [1, 2, 5, 7, bytes.length]) {
    const read = createMessageReader();
    const messages = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      read(bytes.subarray(index * size, (index + 1) * size)),
    ).flat();
    expect(messages.map(({ kind, body }) => `${kind} ${body}`)).toEqual(["Z I", "C SELECT 1\0", "N "]);
  }
});

test("rows are read as they are printed", () => {
  const column = (name: string) => Buffer.concat([Buffer.from(`${name}\0`), Buffer.alloc(18, 1)]);
  const columns = readColumns(Buffer.concat([Buffer.from([0, 3]), column("a"), column("b c"), column("ö")]));
  expect(columns).toEqual(["a", "b c", "ö"]);
  const row = Buffer.from("\0\x03\0\0\0\x02öxxxx\0\0\0\0");
  row.writeInt32BE(-1, 8);
  expect(readRow(row, columns)).toEqual({ a: "ö", "b c": null, ö: "" });
});

test("an error is read as the server's own", () => {
  const error = readError(Buffer.from('SERROR\0C42P01\0Mrelation "x" does not exist\0Hlook\0\0'));
  expect(error).toMatchObject({ code: "42P01", message: 'relation "x" does not exist', hint: "look" });
});
