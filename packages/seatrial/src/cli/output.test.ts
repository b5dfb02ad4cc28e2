import { expect, it } from "vitest";
import { useColour } from "./output.ts";

const terminal = { isTTY: true } as NodeJS.WriteStream;
const file = { isTTY: false } as NodeJS.WriteStream;

it.each([
  ["a terminal has colour", terminal, {}, undefined, true],
  ["a file has none", file, {}, undefined, false],
  ["NO_COLOR takes it", terminal, { NO_COLOR: "1" }, undefined, false],
  ["an empty NO_COLOR does not", terminal, { NO_COLOR: "" }, undefined, true],
  ["a dumb terminal has none", terminal, { TERM: "dumb" }, undefined, false],
  ["FORCE_COLOR gives it", file, { FORCE_COLOR: "1" }, undefined, true],
  ["FORCE_COLOR=0 does not", file, { FORCE_COLOR: "0" }, undefined, false],
  ["NO_COLOR wins over FORCE_COLOR", terminal, { NO_COLOR: "1", FORCE_COLOR: "1" }, undefined, false],
  ["--no-color wins over all", terminal, { FORCE_COLOR: "1" }, false, false],
])("%s", (_title, stream, env, flag, colour) => {
  expect(useColour({ stream, env, flag })).toBe(colour);
});
