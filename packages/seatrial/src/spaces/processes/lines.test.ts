import { expect, test } from "vitest";
import type { OutputChunk } from "../../agent/index.ts";
import { watchLines } from "./lines.ts";

async function* output(...chunks: [OutputChunk["stream"], string | Buffer][]): AsyncGenerator<OutputChunk> {
  for (const [stream, data] of chunks) yield { stream, data: Buffer.from(data) };
}

test("lines of both streams are told apart, also in pieces, and the end of a wait is undefined", async () => {
  const lines = watchLines(output(["stdout", "one\ntw"], ["stderr", "error\n"], ["stdout", "o\r\n\nlast"]));
  const [two, none] = [lines.next(/two/), lines.next(/three/)];
  expect(await two).toBe("two");
  expect(await none).toBeUndefined();
  expect(lines.last()).toEqual(["one", "error", "two", "last"]);
  expect(await lines.next(/one/)).toBeUndefined();
});

test("a letter that comes in two pieces is whole", async () => {
  const bytes = Buffer.from("ü\n");
  const lines = watchLines(output(["stdout", bytes.subarray(0, 1)], ["stdout", bytes.subarray(1)]));
  expect(await lines.next(/ü/)).toBe("ü");
});

test("a flood keeps its last lines only, and no line of endless length", async () => {
  const flood = `${"x".repeat(100_000)}\n${Array.from({ length: 500 }, (_, at) => `line ${at}`).join("\n")}\n`;
  const lines = watchLines(output(["stdout", flood]));
  await lines.next(/never/);
  expect(lines.last()).toHaveLength(20);
  expect(lines.last().at(-1)).toBe("line 499");
});
