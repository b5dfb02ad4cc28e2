import { expect, it } from "vitest";
import { createJsonStream } from "./json-stream.ts";

function read(chunks: string[]): { values: unknown[]; lines: string[] } {
  const values: unknown[] = [];
  const lines: string[] = [];
  const stream = createJsonStream({
    onValue: (value) => values.push(value),
    onText: (line) => lines.push(line),
  });
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  return { values, lines };
}

const TEXT = '{"a":1}\n{\n  "b": "} \\" {",\n  "c": {"d": []}\n}{"e":2}\nERROR: it broke\n';
const VALUES = [{ a: 1 }, { b: '} " {', c: { d: [] } }, { e: 2 }];

it("reads objects on one line, indented and next to each other, and keeps other text as lines", () => {
  expect(read([TEXT])).toEqual({ values: VALUES, lines: ["ERROR: it broke"] });
});

it("does not care where the stream is cut", () => {
  for (let at = 1; at < TEXT.length; at += 1) {
    expect(read([TEXT.slice(0, at), TEXT.slice(at)]).values).toEqual(VALUES);
  }
});

it("gives what was cut off at the end as text", () => {
  expect(read(['{"a":'])).toEqual({ values: [], lines: ['{"a":'] });
});
