import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { createDemultiplexer } from "./demultiplex.ts";
import { frame } from "./testing/fake-engine.ts";

function take(chunks: Iterable<Buffer>) {
  const out: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
  const frames = createDemultiplexer((channel, data) => out[channel].push(data));
  for (const chunk of chunks) frames.add(chunk);
  return {
    stdout: Buffer.concat(out.stdout),
    stderr: Buffer.concat(out.stderr),
    complete: frames.isAtBoundary(),
  };
}

const big = randomBytes(70_000);
const stream = Buffer.concat([
  frame(1, "out "),
  frame(2, "err "),
  frame(1, ""),
  frame(1, big),
  frame(2, "end"),
]);

test.each([1, 3, 7, 8, 9, 1000, 100_000])("frames cut into pieces of %i bytes come out whole", (size) => {
  const pieces = Array.from({ length: Math.ceil(stream.length / size) }, (_, index) =>
    stream.subarray(index * size, (index + 1) * size),
  );
  const taken = take(pieces);
  expect(taken.stdout.equals(Buffer.concat([Buffer.from("out "), big]))).toBe(true);
  expect(taken.stderr.toString()).toBe("err end");
  expect(taken.complete).toBe(true);
});

test("data is handed out before its frame is complete", () => {
  const taken = take([frame(1, "hello world").subarray(0, 13)]);
  expect(taken.stdout.toString()).toBe("hello");
  expect(taken.complete).toBe(false);
});

test("a header cut short is no boundary", () => {
  expect(take([Buffer.from([1, 0, 0])]).complete).toBe(false);
});

test.each([
  ["text", Buffer.from("panic: the engine")],
  ["an unknown channel", Buffer.from([9, 0, 0, 0, 0, 0, 0, 1, 65])],
])("%s in place of a frame is refused", (_what, bytes) => {
  expect(() => take([bytes])).toThrow("where a frame should begin");
});
