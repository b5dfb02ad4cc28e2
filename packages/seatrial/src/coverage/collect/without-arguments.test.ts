import { describe, expect, it } from "vitest";
import { commandLineRedactor } from "../redaction/redact-command-line.ts";
import { withoutArguments } from "./without-arguments.ts";

const redact = commandLineRedactor({
  redact: (text) => text.replaceAll("hunter2", "[redacted]"),
  environment: {},
});

/** A file of counters with these strings, and pairs of their places, around a payload that stays as it is. */
function counters(strings: string[], pairs: [number, number][], payload = [3, 0, 2, 1, 1, 1]): Buffer {
  const header = Buffer.alloc(32);
  header.set([0x00, 0x63, 0x77, 0x6d, 1]);
  const table = Buffer.concat([
    Buffer.from([strings.length]),
    ...strings.flatMap((text) => [Buffer.from([text.length]), Buffer.from(text)]),
  ]);
  const args = Buffer.from([pairs.length, ...pairs.flat()]);
  const segment = Buffer.alloc(16);
  segment.writeUInt32LE(1, 0);
  segment.writeUInt32LE(table.length, 8);
  segment.writeUInt32LE(args.length, 12);
  const footer = Buffer.from([0x00, 0x63, 0x77, 0x6d, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([header, segment, table, args, Buffer.from(payload), footer]);
}

const STRINGS = ["", "argc", "3", "argv0", "/app/server", "argv1", "--password=hunter2", "argv2", "-v"];
const PAIRS: [number, number][] = [
  [1, 2],
  [3, 4],
  [5, 6],
  [7, 8],
];

describe("counters of Go", () => {
  it("lose the arguments that have a secret, and nothing else", () => {
    const before = counters(STRINGS, PAIRS);
    const after = withoutArguments(before, redact);
    expect(after.length).toBe(before.length);
    expect(after.toString("latin1")).toBe(
      before.toString("latin1").replace("--password=hunter2", "*".repeat("--password=hunter2".length)),
    );
  });

  it("lose the word after a flag whose name is secret, but no text that says something else, too", () => {
    const strings = ["", "argc", "4", "argv0", "/app", "argv1", "--token", "argv2", "t0k3n", "argv3", "4"];
    const pairs = (last: number): [number, number][] => [
      [1, 2],
      [3, 4],
      [5, 6],
      [7, last],
    ];
    const after = withoutArguments(counters(strings, pairs(8)), redact).toString("latin1");
    expect(after).not.toContain("t0k3n");
    const shared = counters(strings, pairs(2));
    expect(withoutArguments(shared, redact)).toBe(shared);
  });

  it("stay the same bytes where there is no secret", () => {
    const before = counters(STRINGS, PAIRS);
    expect(withoutArguments(before, (words) => [...words])).toBe(before);
  });

  it("are left alone where they are none, or cut off, or say impossible things", () => {
    const whole = counters(STRINGS, PAIRS);
    for (let length = 0; length < whole.length; length += 1) {
      const cut = whole.subarray(0, length);
      const after = withoutArguments(cut, redact);
      expect(after.length).toBe(length);
    }
    const wild = Buffer.from(whole);
    wild.writeUInt32LE(0xffffffff, 40);
    expect(withoutArguments(wild, redact)).toBe(wild);
    for (let at = 48; at < whole.length; at += 1) {
      const broken = Buffer.from(whole);
      broken[at] = 0xff;
      expect(withoutArguments(broken, redact).length).toBe(whole.length);
    }
  });
});
