import { expect, test } from "vitest";
import { createReplyDecoder, encodeCommand, type Reply } from "./resp.ts";

test("a command is a list of byte strings, whatever is in its words", () => {
  expect(encodeCommand(["SET", "a\r\nb", 7, Buffer.from([0, 255])])).toEqual(
    Buffer.concat([
      Buffer.from("*4\r\n$3\r\nSET\r\n$4\r\na\r\nb\r\n$1\r\n7\r\n$2\r\n"),
      Buffer.from([0, 255]),
      Buffer.from("\r\n"),
    ]),
  );
});

const ALL =
  "+OK\r\n:-7\r\n$-1\r\n$4\r\na\r\nb\r\n*3\r\n$0\r\n\r\n*1\r\n:1\r\n-ERR no\r\n*-1\r\n*0\r\n-NOAUTH x\r\n";
const REPLIES: Reply[] = [
  "OK",
  -7,
  null,
  Buffer.from("a\r\nb"),
  [Buffer.from(""), [1], { refused: "ERR no" }],
  null,
  [],
  { refused: "NOAUTH x" },
];

test.each([1, 2, 3, 7, 1000])("replies that come in pieces of %d bytes are put together", (size) => {
  const decode = createReplyDecoder();
  const bytes = Buffer.from(ALL);
  const replies: Reply[] = [];
  for (let at = 0; at < bytes.length; at += size) replies.push(...decode(bytes.subarray(at, at + size)));
  expect(replies).toEqual(REPLIES);
});

test("a value of 32 MB in small pieces is put together once, not at every piece", () => {
  const decode = createReplyDecoder();
  const value = Buffer.alloc(32_000_000, "x");
  const start = Date.now();
  expect(decode(Buffer.from(`$${value.length}\r\n`))).toEqual([]);
  for (let at = 0; at < value.length; at += 16_384)
    expect(decode(value.subarray(at, at + 16_384))).toEqual([]);
  const [whole] = decode(Buffer.from("\r\n"));
  // Not by vitest, which looks at a list of 32 million numbers.
  expect(Buffer.isBuffer(whole) && whole.equals(value)).toBe(true);
  expect(Date.now() - start).toBeLessThan(5_000);
});

test.each(["HTTP/1.1 400 Bad Request\r\n", "$x\r\n", "%1\r\n"])("%j is not taken for an answer", (text) => {
  expect(() => createReplyDecoder()(Buffer.from(text))).toThrow("not an answer of Redis");
});
