import { describe, expect, it } from "vitest";
import { checkText } from "./testing/check-text.ts";
import { createVariables } from "./variables.ts";

describe("a right seatrial.yaml", () => {
  it("may be empty, or hold nothing but comments and empty sections", async () => {
    for (const text of ["", "# nothing\n", "image:\nsuites:\ncompose:\n", "---\n...\n"]) {
      expect((await checkText(text)).input).toEqual({});
    }
  });

  it("has its texts read: durations, sizes, commands, flags, lists", async () => {
    const { input } = await checkText(`
suites:
  u:
    command: pytest 'a b'
    timeout: 1h30m
    memory: 512m
    needs: redis
    allow-empty: "true"
    shards: "\${N:-3}"
    user: 1000
    env: { A: 1.50, B: true, C: , D: text, E: 0x1F }
    artifacts: /a
image: { args: [A=1, B] }
x-anything: { goes: [here] }
`);
    expect(input.suites?.["u"]).toEqual({
      command: ["pytest", "a b"],
      timeout: 5_400_000,
      memory: 536_870_912,
      needs: ["redis"],
      "allow-empty": true,
      shards: 3,
      user: "1000",
      env: { A: "1.50", B: true, C: null, D: "text", E: "0x1F" },
      artifacts: ["/a"],
    });
    expect(input.image?.args).toEqual(["A=1", "B"]);
  });

  it("may use anchors and merge keys; its own keys win", async () => {
    const { input } = await checkText(
      "x-a: &a { command: x, shards: 2 }\nx-b: &b { shards: 3, timeout: 1s }\nsuites:\n  u: { <<: [*a, *b], timeout: 2s }\n",
    );
    expect(input.suites?.["u"]).toEqual({ command: ["x"], shards: 2, timeout: 2000 });
  });

  it.each([
    ["true", true],
    ['"false"', false],
    [
      "[registry.example.com:5000, auth, '[fd00::1]:443']",
      ["registry.example.com:5000", "auth", "[fd00::1]:443"],
    ],
    ["[]", []],
  ])("release.insecure may be %s", async (text, value) => {
    expect((await checkText(`release: { insecure: ${text} }\n`)).input.release?.insecure).toEqual(value);
  });

  it("warns of variables that nobody set, except where only a release needs them", async () => {
    const { warnings } = await checkText('profiles: ["x$UNSET"]\nrelease: { tags: ["$GIT_SHA"] }\n');
    expect(warnings).toEqual(["seatrial.yaml:1:14: variable UNSET is not set and counts as empty"]);
  });

  it("asks for built-in variables only when they are mentioned and not set", async () => {
    const asked: string[] = [];
    const builtin = async (name: string) => {
      asked.push(name);
      return name === "GIT_SHA" ? "abc123" : undefined;
    };
    const variables = createVariables({ env: { MINE: "1" }, fileValues: {}, builtin });
    const { input } = await checkText(
      'release: { tags: ["${GIT_SHA}", "$MINE", "${OTHER:-x}", "$$GIT_BRANCH"] }',
      variables,
    );
    expect(input.release?.tags).toEqual(["abc123", "1", "x", "$GIT_BRANCH"]);
    expect(asked.sort()).toEqual(["GIT_SHA", "OTHER"]);
    expect(variables.used()).toEqual({ GIT_SHA: "abc123", MINE: "1", OTHER: undefined });
  });
});
