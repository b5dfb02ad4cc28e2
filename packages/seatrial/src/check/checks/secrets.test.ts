import { describe, expect, it } from "vitest";
import type { TarFile } from "../testing/tar.ts";
import { type CheckWorld, check, textOf } from "../testing/world.ts";

const VALUE = "tok-aB3dE5fG7hJ9";
const KEY = `${["-----BEGIN", "PRIVATE KEY-----"].join(" ")}\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n`;

const file = (name: string, content: string): TarFile => ({ name, content });
const world = (further: CheckWorld): CheckWorld => ({ secrets: { token: VALUE }, ...further });

describe("the value of a build secret", () => {
  it("in a layer that a later one deletes from is found, and never shown", async () => {
    const checked = await check(
      world({
        layers: [[file("root/.npmrc", `x=${VALUE}\n`)], [{ name: "root/.wh..npmrc" }]],
        history: [`RUN |1 TOKEN=${VALUE} /bin/sh -c npm ci`, "RUN rm"],
      }),
    );
    const text = textOf(checked.find("check.secrets build secret token"));
    expect(text).toMatch(
      /^failed\nin line 1 of its history \(RUN\)\n\/root\/\.npmrc \(the value\) in layer 1 of 2/,
    );
    expect(text).toMatch(/deleted by layer 2 of 2/);
    expect(text).toMatch(/revoke it/);
    expect(JSON.stringify([checked.outcome, checked.events])).not.toContain(VALUE);
  });

  it("in variables, labels and commands is found, in any form", async () => {
    const { find } = await check(
      world({
        config: {
          env: { A: "1", LEAK: btoa(`x${VALUE}`) },
          labels: { note: VALUE },
          command: ["sh", "-c", `run ${VALUE}`],
        },
      }),
    );
    expect(find("check.secrets build secret token")?.message).toMatch(
      /^base64 in the variable LEAK\nin the label note\nin its command, entrypoint or other settings\n/,
    );
  });

  it("in a name of a file is told as such", async () => {
    const { find, outcome } = await check(world({ layers: [[file(`cache/${VALUE}.json`, "")]] }));
    expect(find("check.secrets build secret token")?.message).toMatch(/the value in its name/);
    expect(JSON.stringify(outcome)).not.toContain(VALUE);
  });

  it("that is nowhere passes; one that cannot be looked for is named", async () => {
    const { outcome } = await check({ secrets: { token: VALUE, pin: "1234" } });
    expect(outcome.results.map((test) => `${test.name} ${test.status} ${test.message ?? ""}`)).toEqual([
      "build secret token passed ",
      expect.stringMatching(/^build secret pin skipped not looked for: its 4 bytes/),
      "private keys passed ",
      "credentials passed ",
    ]);
    expect(outcome.status).toBe("passed");
  });

  it("in a file that is allowed is found all the same: what is allowed only looks like a key", async () => {
    const settings = { secrets: { enabled: true, allow: ["*.key"] } };
    const { find } = await check(world({ layers: [[file("leak.key", `${KEY}${VALUE}`)]], settings }));
    expect(find("check.secrets build secret token")?.message).toMatch(
      /^\/leak\.key \(the value\) in layer 1/,
    );
    expect(find("check.secrets private keys")?.status).toBe("passed");
  });

  it("is found behind any number of keys, allowed or not", async () => {
    const keys = Array.from({ length: 1_500 }, (_, at) => file(`app/testdata/${at}.pem`, KEY));
    const layers = [[...keys, file("root/.npmrc", VALUE), file("root/.ssh/id", KEY)]];
    const settings = { secrets: { enabled: true, allow: ["*.pem"] } };
    const { find } = await check(world({ layers, settings }));
    expect(find("check.secrets build secret token")?.message).toMatch(/^\/root\/\.npmrc /);
    expect(find("check.secrets private keys")?.message).toMatch(/^\/root\/\.ssh\/id /);
  });
});

describe("keys and credentials", () => {
  it("are found by format, with file and layer", async () => {
    const layers = [
      [
        file("app/server.key", KEY),
        file("root/.aws/credentials", "aws_access_key_id=AKIAQ3EGRIX7TZ2MNB4P\n"),
      ],
    ];
    const { find } = await check({ layers });
    expect(find("check.secrets private keys")?.message).toMatch(
      /^\/app\/server\.key \(private key\) in layer 1 of 1/,
    );
    expect(find("check.secrets credentials")?.message).toMatch(
      /^\/root\/\.aws\/credentials \(AWS access key\)/,
    );
  });

  it("may be allowed by globs", async () => {
    const settings = { secrets: { enabled: true, allow: ["*.key"] } };
    const { outcome } = await check({ layers: [[file("app/deep/server.key", KEY)]], settings });
    expect(outcome.status).toBe("passed");
  });

  it("that are more than can be listed fail, although all of the listed ones are allowed", async () => {
    const keys = Array.from({ length: 10_001 }, (_, at) => file(`testdata/${at}.pem`, KEY));
    const settings = { secrets: { enabled: true, allow: ["*.pem"] } };
    const { find } = await check({ layers: [keys], settings });
    expect(textOf(find("check.secrets private keys"))).toMatch(
      /^failed\nprivate key in more files than are listed in layer 1 of 1/,
    );
    const { outcome } = await check({ layers: [keys.slice(1)], settings });
    expect(outcome.status).toBe("passed");
  });

  it("are not looked at when nobody asks", async () => {
    const settings = { secrets: { enabled: false, allow: [] } };
    const { outcome } = await check(world({ layers: [[file("a.key", KEY)]], settings }));
    expect(outcome.results).toEqual([]);
  });
});
