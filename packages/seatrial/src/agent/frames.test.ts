import { describe, expect, test } from "vitest";
import {
  createFrameDecoder,
  createFrameEncoder,
  FRAME,
  type Frame,
  MAX_PAYLOAD,
  PROCESS_ANSWERS,
} from "./frames.ts";

/** A random source that gives the same numbers in each run. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function randomFrames(random: (below: number) => number): { frames: Frame[]; bytes: Buffer } {
  const encode = createFrameEncoder();
  const frames = Array.from({ length: 1 + random(20) }, () => ({
    kind: [FRAME.stdout, FRAME.stderr][random(2)] ?? FRAME.stdout,
    payload: Buffer.alloc(random(5) === 0 ? 0 : random(3000), random(256)),
  }));
  return { frames, bytes: Buffer.concat(frames.map(({ kind, payload }) => encode(kind, payload))) };
}

function decodeInPieces(bytes: Buffer, cut: () => number): Frame[] {
  const decoder = createFrameDecoder(PROCESS_ANSWERS);
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const next = at + cut();
    frames.push(...decoder.push(bytes.subarray(at, next)));
    at = next;
  }
  decoder.end();
  return frames;
}

describe("frames", () => {
  test("come out as they went in, however the bytes are split", () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = randomNumbers(seed);
      const { frames, bytes } = randomFrames(random);
      const widest = [1, 5, 12, 700, 100_000][random(5)] ?? 1;
      const read = decodeInPieces(bytes, () => 1 + random(widest));
      expect(read.map(({ kind, payload }) => `${kind} ${payload.length}`)).toEqual(
        frames.map(({ kind, payload }) => `${kind} ${payload.length}`),
      );
      for (const [at, { payload }] of frames.entries()) {
        expect(read[at]?.payload.equals(payload)).toBe(true);
      }
    }
  });

  test("cut short anywhere inside one are refused at the end", async () => {
    const encode = createFrameEncoder();
    const first = encode(FRAME.stdout, Buffer.from("hello"));
    const bytes = Buffer.concat([first, encode(FRAME.stderr, Buffer.from("world"))]);
    for (let length = 1; length < bytes.length; length += 1) {
      if (length === first.length) continue;
      await expect(() => decodeInPieces(bytes.subarray(0, length), () => 3)).toThrowWithCode(
        "AGENT_PROTOCOL",
      );
    }
  });

  test("with any byte of a header changed are refused", async () => {
    const encode = createFrameEncoder();
    const bytes = Buffer.concat([
      encode(FRAME.stdout, Buffer.from("a")),
      encode(FRAME.stdout, Buffer.from("b")),
    ]);
    for (const at of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
      const broken = Buffer.from(bytes);
      broken.writeUInt8(broken.readUInt8(at) ^ 0xff, at);
      await expect(() => decodeInPieces(broken, () => 4)).toThrowWithCode("AGENT_PROTOCOL");
    }
  });

  test("of the greatest length pass, and one byte more is refused before it has arrived", async () => {
    const longest = createFrameEncoder()(FRAME.stdout, Buffer.alloc(MAX_PAYLOAD));
    expect(decodeInPieces(longest, () => 65_536)[0]?.payload.length).toBe(MAX_PAYLOAD);
    longest.writeUInt32BE(MAX_PAYLOAD + 1, 5);
    const decoder = createFrameDecoder(PROCESS_ANSWERS);
    await expect(() => decoder.push(longest.subarray(0, 9))).toThrowWithCode("AGENT_PROTOCOL");
  });

  test("of a kind that only the owner sends are refused from the agent", async () => {
    const bytes = createFrameEncoder()(FRAME.stdin, Buffer.from("a"));
    await expect(() => createFrameDecoder(PROCESS_ANSWERS).push(bytes)).toThrowWithCode("AGENT_PROTOCOL");
  });
});
