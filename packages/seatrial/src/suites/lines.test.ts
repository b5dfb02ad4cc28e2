import { expect, test } from "vitest";
import { createLineGatherer } from "./lines.ts";

function gather(chunks: string[] | Buffer[], longest?: number): string[] {
  const gatherer = createLineGatherer(longest);
  const pieces = chunks.map((chunk) => gatherer.push(Buffer.from(chunk)));
  return [...pieces, gatherer.end()].filter((piece) => piece !== undefined).map((piece) => piece.toString());
}

test("pieces end where lines end, and nothing is lost", () => {
  expect(gather(["a", "b\nc", "\n\nd"])).toEqual(["ab\n", "c\n\n", "d"]);
  expect(gather([])).toEqual([]);
});

test("a secret or a character that arrives in two chunks is in one piece", () => {
  const text = Buffer.from("token=s3cr3t-ü\nnext\n");
  for (let cut = 0; cut <= text.length; cut += 1) {
    const pieces = gather([text.subarray(0, cut), text.subarray(cut)]);
    expect(pieces.join("")).toBe(text.toString());
    expect(pieces.some((piece) => piece.includes("s3cr3t-ü"))).toBe(true);
  }
});

test("a line without end is handed over in parts, at a blank or at least between characters", () => {
  expect(gather(["aaa bbb", "ccc"], 5)).toEqual(["aaa ", "bbbcc", "c"]);
  const blanks = gather([`${"x".repeat(50)} ${"y".repeat(60)}`], 100);
  expect(blanks).toEqual([`${"x".repeat(50)} `, "y".repeat(60)]);
  const characters = gather(
    [Buffer.from("ü".repeat(60)).subarray(0, 101), Buffer.from("ü".repeat(60)).subarray(101)],
    100,
  );
  expect(characters.join("")).toBe("ü".repeat(60));
  expect(characters.length).toBe(2);
});

test("100 MB without a newline are passed on in bounded parts", () => {
  const gatherer = createLineGatherer();
  const chunk = Buffer.alloc(64 * 1024, "x");
  let bytes = 0;
  for (let sent = 0; sent < 100_000_000; sent += chunk.length) {
    const piece = gatherer.push(chunk);
    expect(piece?.length ?? 0).toBeLessThanOrEqual(1024 * 1024);
    bytes += piece?.length ?? 0;
  }
  bytes += gatherer.end()?.length ?? 0;
  expect(bytes).toBe(Math.ceil(100_000_000 / chunk.length) * chunk.length);
});
