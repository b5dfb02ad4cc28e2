import { expect, test } from "vitest";
import { parseBytes, parseDuration, parseMode } from "./quantity.ts";

test.each([
  ["1m30s", 90_000],
  ["1m0s", 60_000],
  ["1.5s", 1_500],
  ["500ms", 500],
  ["1h", 3_600_000],
  ["100us", 0],
  ["0", 0],
  ["0s", 0],
  ["90", undefined],
  ["fast", undefined],
  ["1m ", 60_000],
  [null, undefined],
])("the duration %o is %o ms", (written, ms) => {
  expect(parseDuration(written)).toBe(ms);
});

test.each([
  ["104857600", 104_857_600],
  [64, 64],
  ["64m", 67_108_864],
  ["1.5gb", 1_610_612_736],
  ["2GiB", 2_147_483_648],
  ["512b", 512],
  ["0", undefined],
  [0, undefined],
  ["lots", undefined],
  [undefined, undefined],
])("the size %o is %o bytes", (written, bytes) => {
  expect(parseBytes(written)).toBe(bytes);
});

test.each([
  ["0440", 0o440],
  ["1777", 0o1777],
  ["0o700", 0o700],
  [288, 0o440],
  ["9", undefined],
  [undefined, undefined],
])("the mode %o is %o", (written, mode) => {
  expect(parseMode(written)).toBe(mode);
});
