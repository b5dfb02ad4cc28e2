import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { measureGzip } from "./gzip-size.ts";

async function sizeOf(bytes: Buffer, chunk: number): Promise<number> {
  const gzip = measureGzip(bytes.length);
  for (let at = 0; at < bytes.length; at += chunk) await gzip.write(bytes.subarray(at, at + chunk));
  return await gzip.end();
}

it("is exact for what is small", async () => {
  const text = Buffer.from(Array.from({ length: 50_000 }, (_, at) => `${at * 7919} `).join(""));
  expect(await sizeOf(text, 65_536)).toBe(gzipSync(text, { level: 1 }).length);
  expect(await sizeOf(Buffer.alloc(0), 10)).toBe(0);
});

it("is about right for what is large, in pieces of any size", async () => {
  // Some of it compresses well, some not at all.
  const lines = Array.from(
    { length: 40_000 },
    (_, at) => `line ${at} of ${at % 97 === 0 ? Math.sin(at) : "the same text"}\n`,
  );
  const random = Buffer.from(
    Array.from({ length: 400_000 }, (_, at) => (Math.imul(at, 2654435761) >>> 13) & 255),
  );
  const bytes = Buffer.concat(Array.from({ length: 9 }, () => [Buffer.from(lines.join("")), random]).flat());
  const exact = gzipSync(bytes, { level: 1 }).length;
  expect(bytes.length).toBeGreaterThan(8 << 20);
  for (const chunk of [10_000, 1_000_000]) {
    const ratio = (await sizeOf(bytes, chunk)) / exact;
    expect(ratio).toBeGreaterThan(0.85);
    expect(ratio).toBeLessThan(1.15);
  }
});
