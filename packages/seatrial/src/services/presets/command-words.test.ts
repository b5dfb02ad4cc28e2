import { expect, test } from "vitest";
import { processorTime } from "../../support/testing/processor-time.ts";
import { commandWords, shellWords } from "./command-words.ts";

const env = { SECRET: "s3cret word", EMPTY: "" };

test.each([
  ["redis-server --port 1", ["redis-server", "--port", "1"]],
  ['exec x --requirepass "$SECRET"', ["exec", "x", "--requirepass", "s3cret word"]],
  ["x ${SECRET} ${MISSING:-other} ${MISSING-third}", ["x", "s3cret word", "other", "third"]],
  ["x '$SECRET' \\$SECRET", ["x", "$SECRET", "$SECRET"]],
  ["x pre\"a b\"post ''", ["x", "prea bpost", ""]],
  ["x $MISSING", ["x", ""]],
  ['x "unclosed', ["x", "unclosed"]],
  ["", []],
])("the words of %s", (script, words) => {
  expect(shellWords(script, env)).toEqual(words);
});

test.each([
  [
    ["sh", "-c", "a $SECRET"],
    ["a", "s3cret word"],
  ],
  [
    ["/bin/bash", "-ec", "a b"],
    ["a", "b"],
  ],
  [
    ["sh", "script.sh"],
    ["sh", "script.sh"],
  ],
  [
    ["sh", "-c"],
    ["sh", "-c"],
  ],
  [
    ["redis-server", "-c", "$SECRET"],
    ["redis-server", "-c", "$SECRET"],
  ],
  [[], []],
])("the words of the command %j", (command, words) => {
  expect(commandWords(command, env)).toEqual(words);
});

test("a script of many quotes is read in no time", () => {
  const time = processorTime();
  shellWords(`${'"\\'.repeat(50_000)} ${"'".repeat(50_001)} ${"$".repeat(50_000)}`, env);
  expect(time()).toBeLessThan(1000);
});
