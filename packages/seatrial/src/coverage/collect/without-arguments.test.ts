import { describe, expect, it } from "vitest";
import { cuts } from "../formats/go/testing/broken-bytes.ts";
import { countersBytes } from "../formats/go/testing/profiles.ts";
import { add, main, named } from "../formats/go/testing/programs.ts";
import { commandLineRedactor, type RedactCommandLine } from "../redaction/redact-command-line.ts";
import { withoutArguments } from "./without-arguments.ts";

const hide = commandLineRedactor({
  redact: (text) => text.replaceAll("hunter2", "[redacted]"),
  environment: {},
});
const SECRET = "--password=hunter2";
const HASH = "0".repeat(32);
const SEGMENT = [add(1, 300, 0), named(4_000_000_000, 1)];

/** Arguments as Go names them. */
const argumentsOf = (...argv: string[]) =>
  Object.fromEntries([
    ["argc", String(argv.length)],
    ...argv.map((word, at) => [`argv${at}`, word]),
    ["GOOS", "linux"],
  ]) as Record<string, string>;

const clean = (bytes: Buffer, redact: RedactCommandLine = hide) =>
  withoutArguments({ file: "go/covcounters", bytes, redact });

describe("counters of Go", () => {
  it.each([
    ["in LEB128", {}],
    ["of four bytes", { flavor: 1 }],
    ["of four bytes, big end first", { flavor: 1, bigEndian: true }],
  ] as const)("%s lose the arguments that have a secret, in every segment, and nothing else", (_, how) => {
    const args = argumentsOf("/app/server", SECRET, "-v");
    const before = countersBytes(HASH, { ...how, args, segments: [SEGMENT, [main(70_000)], []] });
    const after = clean(before);
    expect(before.toString("latin1").split(SECRET)).toHaveLength(4);
    expect(after.toString("latin1")).toBe(
      before.toString("latin1").replaceAll(SECRET, "*".repeat(SECRET.length)),
    );
  });

  it("lose the word after a flag whose name is secret, but no text that says something else, too", () => {
    const args = argumentsOf("/app", "--token", "t0k3n", "3");
    const after = clean(countersBytes(HASH, { args, segments: [SEGMENT] })).toString("latin1");
    expect(after).not.toContain("t0k3n");
    const shared = countersBytes(HASH, { args: argumentsOf("/app", "--token", "3"), segments: [SEGMENT] });
    expect(clean(shared)).toBe(shared);
  });

  it("stay the same bytes where there is no secret", () => {
    const before = countersBytes(HASH, { args: argumentsOf("/app", SECRET), segments: [SEGMENT] });
    expect(clean(before, (words) => [...words])).toBe(before);
    expect(clean(before, (words) => [...words].reverse())).not.toBe(before);
  });

  it("are refused where they are cut off anywhere", async () => {
    const whole = countersBytes(HASH, { args: argumentsOf("/app", SECRET), segments: [SEGMENT] });
    for (const cut of cuts(whole))
      await expect(async () => clean(cut)).toThrowWithCode("COVERAGE_PROFILE_INVALID");
  });

  it.each([
    ["are of another version", (bytes: Buffer) => bytes.writeUInt32LE(2, 4)],
    ["are written in an unknown way", (bytes: Buffer) => bytes.writeUInt8(3, 24)],
    ["have a table that is longer than they are", (bytes: Buffer) => bytes.writeUInt32LE(0xffffffff, 40)],
    ["have more strings than bytes", (bytes: Buffer) => bytes.writeUInt8(0x7f, 48)],
    ["have more functions than bytes", (bytes: Buffer) => bytes.writeUInt32LE(1_000_000, 32)],
    ["have a segment of another number", (bytes: Buffer) => bytes.writeUInt32LE(2, bytes.length - 8)],
  ])("are refused where they %s", async (_, spoil) => {
    const bytes = countersBytes(HASH, { args: argumentsOf("/app", SECRET), segments: [SEGMENT] });
    spoil(bytes);
    await expect(async () => clean(bytes)).toThrowWithCode("COVERAGE_PROFILE_INVALID");
  });
});
