import { describe, expect, it } from "vitest";
import { commonEnvironment } from "./common-environment.ts";

describe("the environment of programs that are of no suite", () => {
  it("has what any suite says, and nothing that two say differently, whichever comes last", () => {
    const suites = [
      { env: { LEVEL: "debug", ONLY: "1", SAME: "x" } },
      { env: { LEVEL: "info", SAME: "x" } },
      { env: { LEVEL: "debug" } },
    ];
    expect(commonEnvironment(suites)).toEqual({ ONLY: "1", SAME: "x" });
    expect(commonEnvironment(suites.toReversed())).toEqual({ ONLY: "1", SAME: "x" });
    expect(commonEnvironment([])).toEqual({});
  });
});
