import { expect, test } from "vitest";
import type { PresetContext } from "./preset.ts";
import { optionValue, portOf, setting } from "./settings.ts";

const files: Record<string, string> = { "/run/secrets/word": "s3cret\n\n", "/run/secrets/empty": "\n" };
const contextOf = (env: Record<string, string>): PresetContext => ({
  image: undefined,
  env,
  words: [],
  fileText: (path) => files[path],
});

test.each([
  [{ A: "1", B: "2" }, "1"],
  [{ B: "2" }, "2"],
  [{ A: "", B: "2" }, "2"],
  [{ A_FILE: "/run/secrets/word" }, "s3cret"],
  [{ A: "1", A_FILE: "/run/secrets/word" }, "1"],
  [{ A_FILE: "/run/secrets/none", B: "2" }, "2"],
  [{ A_FILE: "/run/secrets/empty" }, undefined],
  [{}, undefined],
])("A or B of %j is %s", (env, value) => {
  expect(setting(contextOf(env as Record<string, string>), ["A", "B"])).toBe(value);
});

test.each([
  [["--port", "1"], "1"],
  [["--port=1"], "1"],
  [["-p", "1"], "1"],
  [["-p1"], "1"],
  [["--port=1", "--port=2"], "2"],
  [["--port"], undefined],
  [["--ports=1"], undefined],
  [["--port="], undefined],
  [[], undefined],
])("the port in %j is %s", (words, value) => {
  expect(optionValue(words, ["--port", "-p"])).toBe(value);
});

test.each([
  [["1"], 1],
  [["65535"], 65_535],
  [[undefined, "2"], 2],
  [["0", "2"], 2],
  [["70000"], 99],
  [["x", "1x", "-1", ""], 99],
])("the first port of %j is %i", (texts, port) => {
  expect(portOf(texts, 99)).toBe(port);
});
