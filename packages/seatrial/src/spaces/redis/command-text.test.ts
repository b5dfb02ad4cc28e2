import { expect, test } from "vitest";
import { parseCommands } from "./command-text.ts";

const words = (text: string) =>
  parseCommands(text).map((each) => each.words.map((word) => word.toString("latin1")));

test("commands are lines of words; empty lines and comments are left out", () => {
  const text = '# seed\n\n  SET a 1\r\n\tRPUSH list  x   y\n # more\nSET "#b" #c';
  expect(parseCommands(text).map(({ line }) => line)).toEqual([3, 4, 6]);
  expect(words(text)).toEqual([
    ["SET", "a", "1"],
    ["RPUSH", "list", "x", "y"],
    ["SET", "#b", "#c"],
  ]);
});

test.each([
  ['SET k "two words"', "two words"],
  ['SET k ""', ""],
  ["SET k 'it\\'s \\n'", "it's \\n"],
  ['SET k "a\\"b\\\\c\\n\\t\\x00\\xfF"', 'a"b\\c\n\t\x00\xff'],
  ['SET k {"json":1}', undefined],
  ["SET k ünïcode", Buffer.from("ünïcode").toString("latin1")],
])("%s has the value that redis-cli would send", (text, value) => {
  if (value === undefined) expect(() => parseCommands(text)).toThrow("line 1");
  else expect(words(text)[0]?.[2]).toBe(value);
});

test.each(['SET k "open', "SET k 'open", 'SET k "a"b', 'SET k a"b"'])(
  "%s is refused with its line",
  (text) => {
    expect(() => parseCommands(`PING\n${text}`)).toThrow("line 2");
  },
);
