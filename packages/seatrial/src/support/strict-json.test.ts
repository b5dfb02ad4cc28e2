import { describe, expect, it } from "vitest";
import { readStrictJson } from "./strict-json.ts";

const read = (text: string) => readStrictJson(Buffer.from(text));

describe("strict JSON", () => {
  it.each([
    "null",
    " [ ] ",
    "-1.5e+3",
    '"a\\"b\\\\"',
    '{"a":{"b":[1,true,"x,]}"]},"c":[[],{}]}',
    '{ "constructor" : 1 , "toString" : { } }',
    '"\\u00e9\\ud83d\\ude00 é"',
    '\n\t{\r"a"\n:\n1}',
  ])("reads %s as the platform does", (text) => {
    expect(JSON.stringify(read(text))).toBe(JSON.stringify(JSON.parse(text)));
  });

  it.each([
    ["a key that stands twice", '{"a":1,"a":1}'],
    ["a key that stands twice, written in two ways", '{"result":"PASSED","r\\u0065sult":"FAILED"}'],
    ["a key that stands twice deep inside", '[{"a":{"b":1,"c":2,"b":3}}]'],
    ["a prototype", '{"__proto__":{"result":"PASSED"}}'],
    ["a prototype, escaped", '{"__pr\\u006fto__":1}'],
    ["what is cut off", '{"a":1'],
    ["what goes on", '{"a":1} {}'],
    ["a comma too much", "[1,]"],
    ["no JSON", "PASSED"],
    ["nothing", ""],
    ["a byte order mark", "\ufeff{}"],
    ["65 levels", "[".repeat(65) + "]".repeat(65)],
    ["a million levels", "[".repeat(1_000_000)],
  ])("refuses %s", (_what, text) => {
    expect(read(text)).toBeUndefined();
  });

  it("refuses bytes that are no UTF-8", () => {
    expect(readStrictJson(Buffer.from([0x22, 0xff, 0x22]))).toBeUndefined();
  });

  it("gives objects that have nothing but what is written", () => {
    expect(Object.getPrototypeOf(read("{}"))).toBeNull();
  });

  it("reads strings of megabytes, with escapes or without", () => {
    const text = JSON.stringify({ plain: "x".repeat(4_000_000), escaped: '"\\'.repeat(1_000_000) });
    expect(JSON.stringify(read(text)) === text).toBe(true);
  });
});
