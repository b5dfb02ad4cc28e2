import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { formsOf } from "../secrets/forms.ts";
import type { TarFile } from "../testing/tar.ts";
import { type CheckWorld, check, textOf } from "../testing/world.ts";

const VALUE = "tok-aB3dE5fG7hJ9";
const KEY = `${["-----BEGIN", "PRIVATE KEY-----"].join(" ")}\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n`;

const GITHUB_TOKEN = "ghp_aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYzZ1y";

const file = (name: string, content: string): TarFile => ({ name, content });
const allowing = (...allow: string[]) => ({ secrets: { enabled: true, allow, allowEmpty: [] } });
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

  it.each([
    ["text", Buffer.from('tok/é+"?&>~-1aB3 d')],
    ["bytes", Buffer.from([0xfb, 0xff, 0xbf, ...Buffer.from("/x y&1aB3"), 0xfb, 0xef])],
  ])(
    "of %s in a name or a line of the history is found in each form, and none is shown",
    async (_, value) => {
      await using folder = await createFolder({});
      const token = `${folder.path}/token`;
      await writeFile(token, value);
      const forms = formsOf(value).filter(({ form }) => form !== "plain");
      const inBase64 = ["", "x", "xx"].map((before) =>
        Buffer.concat([Buffer.from(before), value, Buffer.from("@host")]),
      );
      const names = [
        ...inBase64.flatMap((each) => [each.toString("base64"), each.toString("base64url")]),
        ...forms.map(({ bytes }) => String(bytes)),
      ];
      const { find, outcome, events } = await check({
        secretFiles: { token },
        layers: [names.map((name, at) => file(`cache/${at}/${name}.json`, ""))],
        history: [`RUN echo ${names.join(" ")}`],
      });
      const found = find("check.secrets build secret token");
      expect(found?.message).toMatch(/base64 in its name/);
      const shown = JSON.stringify([outcome, events]);
      for (const { bytes } of forms) expect(shown).not.toContain(JSON.stringify(String(bytes)).slice(1, -1));
    },
  );

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

  it("that is empty fails, as in a job that CI gave no value, unless it may be empty", async () => {
    const secrets = { token: "", npmrc: "\n", spare: " " };
    const allowed = { secrets: { enabled: true, allow: [], allowEmpty: ["spare"] } };
    const { outcome, find } = await check({ secrets, settings: allowed });
    expect(outcome).toMatchObject({ status: "failed", counts: { failed: 2, skipped: 1 } });
    const text = textOf(find("check.secrets build secret token"));
    expect(text).toMatch(/^failed\nIt cannot be looked for: the variable token is empty\.\n/);
    expect(text).toMatch(/check\.secrets\.allow-empty/);
    expect(find("check.secrets build secret npmrc")?.status).toBe("failed");
    expect(find("check.secrets build secret spare")).toMatchObject({
      status: "skipped",
      message: "not looked for: the variable spare is empty, as it may be",
    });
  });

  it("that is not set fails, also where it may be empty", async () => {
    const allowed = { secrets: { enabled: true, allow: [], allowEmpty: ["token"] } };
    const { outcome, find } = await check({ secrets: { token: undefined }, settings: allowed });
    expect(outcome.status).toBe("failed");
    const message = find("check.secrets build secret token")?.message;
    expect(message).toMatch(/^It cannot be looked for: the variable token is not set\.\nGive this job /);
    expect(message).not.toMatch(/allow-empty/);
  });

  it("that is a file of many tokens is looked for by each, and those beyond the limit are counted", async () => {
    const token = (at: number) => `tok-${createHash("sha256").update(`${at}`).digest("base64url")}`;
    const tokens = Array.from({ length: 300 }, (_, at) => token(at));
    const secrets = { npmrc: tokens.map((each, at) => `T${at}=${each}`).join("\n") };
    const leakOf = (at: number) => ({ secrets, layers: [[file("leak", `x${token(at)}y`)]] });
    const found = await check(leakOf(254));
    expect(found.find("check.secrets build secret npmrc")?.message).toMatch(/^\/leak \(the value\)/);
    const beyond = await check(leakOf(255));
    expect(beyond.find("check.secrets build secret npmrc")?.status).toBe("passed");
    expect(textOf(beyond.find("check.secrets build secret npmrc: further parts"))).toMatch(
      /^skipped\nnot looked for: 45 of its parts/,
    );
  });

  it("in a file that is allowed is found all the same: what is allowed only looks like a key", async () => {
    const settings = allowing("*.key");
    const { find } = await check(world({ layers: [[file("leak.key", `${KEY}${VALUE}`)]], settings }));
    expect(find("check.secrets build secret token")?.message).toMatch(
      /^\/leak\.key \(the value\) in layer 1/,
    );
    expect(find("check.secrets private keys")?.status).toBe("passed");
  });

  it("is found behind any number of keys, allowed or not", async () => {
    const keys = Array.from({ length: 1_500 }, (_, at) => file(`app/testdata/${at}.pem`, KEY));
    const layers = [[...keys, file("root/.npmrc", VALUE), file("root/.ssh/id", KEY)]];
    const settings = allowing("*.pem");
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

  it.each([
    ["a variable", { env: { GITHUB_TOKEN } }, "GitHub token in the variable GITHUB_TOKEN"],
    [
      "a variable that says what it is",
      { env: { AWS_SECRET_ACCESS_KEY: "q9Xw2ErT/5yUiO8pAsD+fGh1JkLzXcVbN4mQ7wEr" } },
      "AWS secret key in the variable AWS_SECRET_ACCESS_KEY",
    ],
    ["a label", { labels: { by: GITHUB_TOKEN } }, "GitHub token in the label by"],
    [
      "a command",
      { command: ["curl", "-H", `t: ${GITHUB_TOKEN}`] },
      "GitHub token in its command, entrypoint or other settings",
    ],
    [
      "a variable, in base64",
      { env: { AUTH: btoa("bob:pass word") } },
      "user and password in base64 in the variable AUTH",
    ],
    [
      "a variable, as docker writes it",
      { env: { C: `{"auths":{"r.example":{"auth":"${btoa("bob:pass word")}"}}}` } },
      "docker credentials in the variable C",
    ],
  ])("in %s are found, and not shown", async (_what, config, told) => {
    const { find, outcome } = await check({ config });
    const message = find("check.secrets credentials")?.message ?? "";
    expect(message.split("\n")[0]).toBe(told);
    expect(message).toMatch(/env:NAME/);
    expect(JSON.stringify(outcome)).not.toContain(GITHUB_TOKEN);
  });

  it("in lines of the history are found, and no line shows them, however it is cut", async () => {
    const line = `RUN |1 NPM=${GITHUB_TOKEN} /bin/sh -c ${"x".repeat(180)} ${GITHUB_TOKEN}`;
    const layers = [[file("bin/gcc", ""), file("app/id", KEY)]];
    const { find, outcome } = await check({ layers, history: [line, `-ENV KEY=${KEY}`] });
    expect(find("check.secrets credentials")?.message?.split("\n")[0]).toBe(
      "GitHub token in line 1 of its history (RUN)",
    );
    const keys = find("check.secrets private keys")?.message ?? "";
    expect(keys).toMatch(
      /^private key in line 2 of its history \(ENV\)\n\/app\/id \(private key\) in layer 1/,
    );
    expect(keys).not.toContain(GITHUB_TOKEN.slice(0, 10));
    expect(JSON.stringify(outcome)).not.toMatch(/MIIEvQI/);
  });

  it("in a name of a file are not shown", async () => {
    const { find, outcome } = await check({ layers: [[file(`cache/${GITHUB_TOKEN}`, "")]] });
    expect(find("check.secrets credentials")?.message).toMatch(/GitHub token in its name/);
    expect(JSON.stringify(outcome)).not.toContain(GITHUB_TOKEN);
  });

  it.each([
    "VERSION=1.24.1",
    "SHA=0f8e7d6c5b4a43219876abcdef0123450f8e7d6c5b4a43219876abcdef012345",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305",
    "NOTE=c29tZSB0ZXh0IHRvIGtlZXA=",
    "TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
  ])("are none in %s", async (line) => {
    const [name = "", value = ""] = line.split("=", 2);
    const { outcome } = await check({ config: { env: { [name]: value } }, history: [`ENV ${line}`] });
    expect(outcome.status).toBe("passed");
  });

  it("in a variable may be allowed by its name, there and in the lines that set it", async () => {
    const settings = allowing("env:MAPS");
    const history = [`ENV MAPS=${GITHUB_TOKEN}`, `-RUN |2 A=1 MAPS=${GITHUB_TOKEN} /bin/sh -c make`];
    const allowed = await check({ config: { env: { MAPS: GITHUB_TOKEN } }, history, settings });
    expect(allowed.outcome.status).toBe("passed");
    const aws = "q9Xw2ErT/5yUiO8pAsD+fGh1JkLzXcVbN4mQ7wEr";
    const named = await check({
      config: { env: { AWS_SECRET_KEY: aws } },
      settings: allowing("env:AWS_SECRET_KEY"),
    });
    expect(named.outcome.status).toBe("passed");
    const other = await check({ config: { env: { OTHER: GITHUB_TOKEN } }, settings });
    expect(other.outcome.status).toBe("failed");
    const value = await check({ config: { env: { MAPS: VALUE } }, secrets: { token: VALUE }, settings });
    expect(value.find("check.secrets build secret token")?.status).toBe("failed");
  });

  it("may be allowed by globs", async () => {
    const settings = allowing("*.key");
    const { outcome } = await check({ layers: [[file("app/deep/server.key", KEY)]], settings });
    expect(outcome.status).toBe("passed");
  });

  it("that are more than can be listed fail, although all of the listed ones are allowed", async () => {
    const keys = Array.from({ length: 10_001 }, (_, at) => file(`testdata/${at}.pem`, KEY));
    const settings = allowing("*.pem");
    const { find } = await check({ layers: [keys], settings });
    expect(textOf(find("check.secrets private keys"))).toMatch(
      /^failed\nprivate key in more files than are listed in layer 1 of 1/,
    );
    const { outcome } = await check({ layers: [keys.slice(1)], settings });
    expect(outcome.status).toBe("passed");
  });

  it("are not looked at when nobody asks", async () => {
    const settings = { secrets: { enabled: false, allow: [], allowEmpty: [] } };
    const { outcome } = await check(world({ layers: [[file("a.key", KEY)]], settings }));
    expect(outcome.results).toEqual([]);
  });
});
