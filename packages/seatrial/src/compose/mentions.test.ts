// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of Compose files
import { expect, test } from "vitest";
import { passedThrough, variablesIn, variablesOfEnvFile } from "./mentions.ts";

test("every form of a variable is found, nested ones too", () => {
  const text = "a: $A.b ${B} ${C:-${D-x}} ${E:?must be set} $$F ${_g1}/x $1";
  expect(variablesIn(text)).toEqual(["A", "B", "C", "D", "E", "F", "_g1"]);
});

test("env files are found to take references and names", () => {
  const text = "# ONE\nTWO=$THREE\n  export FOUR\nFIVE\r\nSIX: seven\n";
  expect(variablesOfEnvFile(text)).toEqual(["THREE", "TWO", "FOUR", "FIVE", "SIX"]);
});

test("variables are passed through by lists, by maps and as a source", () => {
  const model = {
    services: {
      a: { environment: ["LISTED", "SET=1"], build: { args: { MAPPED: null, FIXED: "1" } } },
      b: { environment: { NULLED: null, EMPTY: "" }, command: ["environment", "NOT_ME"] },
    },
    secrets: { s: { environment: "SOURCE" } },
  };
  expect(passedThrough(model)).toEqual(["LISTED", "MAPPED", "NULLED", "SOURCE"]);
});
