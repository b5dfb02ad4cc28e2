import { describe, expect, test } from "vitest";
import { processorTime } from "../../support/testing/processor-time.ts";
import { parseChallenges } from "./challenge.ts";

describe("reading WWW-Authenticate", () => {
  test.each([
    [undefined, []],
    ["", []],
    ["Basic", [{ scheme: "basic", parameters: {} }]],
    [
      'Bearer realm="https://auth.example.com/token",service="registry.example.com",scope="repository:a/b:pull,push"',
      [
        {
          scheme: "bearer",
          parameters: {
            realm: "https://auth.example.com/token",
            service: "registry.example.com",
            scope: "repository:a/b:pull,push",
          },
        },
      ],
    ],
    ['BASIC Realm = "a"', [{ scheme: "basic", parameters: { realm: "a" } }]],
    [
      'Basic realm="say \\"hi\\", a=b \\\\"',
      [{ scheme: "basic", parameters: { realm: 'say "hi", a=b \\' } }],
    ],
    ["Bearer realm=plain,service=x", [{ scheme: "bearer", parameters: { realm: "plain", service: "x" } }]],
    [
      'Negotiate abc==, Basic realm="a", charset="UTF-8", Bearer realm="b"',
      [
        { scheme: "negotiate", parameters: {} },
        { scheme: "basic", parameters: { realm: "a", charset: "UTF-8" } },
        { scheme: "bearer", parameters: { realm: "b" } },
      ],
    ],
    [
      'Negotiate, , Basic realm="a"',
      [
        { scheme: "negotiate", parameters: {} },
        { scheme: "basic", parameters: { realm: "a" } },
      ],
    ],
    // A second realm must not replace the first.
    ['Bearer realm="a",realm="b"', [{ scheme: "bearer", parameters: { realm: "a" } }]],
    ['Bearer realm="never closed', [{ scheme: "bearer", parameters: {} }]],
    ["realm=x", []],
    ["@@@, Basic", [{ scheme: "basic", parameters: {} }]],
  ])("%s", (header, challenges) => {
    expect(
      parseChallenges(header).map(({ scheme, parameters }) => ({ scheme, parameters: { ...parameters } })),
    ).toEqual(challenges);
  });

  test("names of Object's own are names like others", () => {
    const [challenge] = parseChallenges('Bearer __proto__="x", constructor="y"');
    expect(challenge?.parameters.realm).toBeUndefined();
    expect(challenge?.parameters.constructor).toBe("y");
  });

  test("what is long and odd is read in no time", () => {
    const time = processorTime();
    for (const part of ['a="', "a,", ", ", "\\", '"', " = ", "a=b "])
      parseChallenges(`Bearer ${part.repeat(50_000)}`);
    expect(time()).toBeLessThan(2_000);
  });
});
