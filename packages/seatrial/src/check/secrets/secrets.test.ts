import { describe, expect, it } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { formsOf } from "./forms.ts";
import { looksRandom, partsOf } from "./parts.ts";
import { readSecrets } from "./values.ts";

const texts = (value: string | Buffer) =>
  formsOf(Buffer.from(value)).map(({ form, bytes }) => `${form} ${bytes}`);
const parts = (value: string) => partsOf(Buffer.from(value)).parts.map(String);

describe("forms of a value", () => {
  it("of a plain word are itself and what base64 makes of it at three places", () => {
    expect(texts("abcdefghi")).toEqual([
      "plain abcdefghi",
      "base64 YWJjZGVmZ2hp",
      "base64 FiY2RlZmdoa",
      "base64 hYmNkZWZnaG",
    ]);
  });

  it("are escaped as addresses and JSON escape them", () => {
    const forms = texts('a b/"c"&é\n!');
    expect(forms).toContain("URL-escaped a%20b%2F%22c%22%26%C3%A9%0A!");
    expect(forms).toContain("URL-escaped a+b%2F%22c%22%26%C3%A9%0A%21");
    expect(forms).toContain("URL-escaped a%20b%2f%22c%22%26%c3%a9%0a!");
    expect(forms).toContain('JSON-escaped a b/\\"c\\"&é\\n!');
    expect(forms).toContain('JSON-escaped a b/\\"c\\"\\u0026é\\n!');
    expect(forms).toContain('JSON-escaped a b\\/\\"c\\"&é\\n!');
    expect(forms).toContain('JSON-escaped a b/\\"c\\"&\\u00e9\\n!');
  });

  it("of bytes that are no text have no JSON", () => {
    const forms = formsOf(Buffer.from([0xff, 0xfe, 0, 1, 2, 3, 4]));
    expect(forms.map(({ form }) => form)).not.toContain("JSON-escaped");
    expect(forms[0]?.bytes).toEqual(Buffer.from([0xff, 0xfe, 0, 1, 2, 3, 4]));
  });

  it("none is so short that chance writes it, and none so long that it costs memory", () => {
    for (const { bytes } of formsOf(Buffer.from("s3cret"))) expect(bytes.length).toBeGreaterThanOrEqual(6);
    for (const { bytes } of formsOf(Buffer.alloc(1_000_000, "a&")))
      expect(bytes.length).toBeLessThanOrEqual(6 * 4096);
  });
});

describe("what is looked for of a secret", () => {
  it("is the whole without the line end that editors add", () => {
    expect(parts("pass word\r\n")).toEqual(["pass word"]);
    expect(parts(" leading")).toEqual([" leading"]);
  });

  it("is also the token in an .npmrc, and not the address", () => {
    const npmrc =
      "registry=https://registry.example.com/api/v4/projects/12/\n//registry.example.com/api/v4/projects/12/:_authToken=aB3dE5fG7hJ9kL1mN2\n";
    expect(parts(npmrc)).toEqual([npmrc.trim(), "aB3dE5fG7hJ9kL1mN2"]);
  });

  it("is each line of a key but the first, which others share", () => {
    const lines = [
      "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw",
      "ggSjAgEAAoIBAQC7VJTUt9Us8cKj",
      "x5WmZt3yP0aB9cD8eF7g",
    ];
    const key = ["-----BEGIN PRIVATE KEY-----", ...lines, "-----END PRIVATE KEY-----", ""].join("\n");
    expect(parts(key)).toEqual([key.trim(), ...lines.slice(1)]);
  });

  it.each([
    ["aB3dE5fG7hJ9kL1mN2", true],
    ["0f8e7d6c-5b4a-4321-9876-abcdef012345", true],
    ["d41d8cd98f00b204e9800998ecf8427e", true],
    ["registry.example.com/team/group1", false],
    ["production-database", false],
    ["aaaaaaaaaaaaaaaa11", false],
    ["1234567890123456", false],
  ])("%j looks random: %s", (text, random) => {
    expect(looksRandom(text)).toBe(random);
  });
});

describe("reading secrets", () => {
  it("takes what the build gets, and says what cannot be looked for", async () => {
    await using folder = await createFolder({ token: "file-value\n", empty: "\n" });
    const file = (name: string) => ({ kind: "file", path: `${folder.path}/${name}` }) as const;
    const variable = (name: string) => ({ kind: "env", variable: name }) as const;
    const secrets = await readSecrets(
      [
        { id: "file", from: file("token") },
        { id: "env", from: variable("TOKEN") },
        { id: "short", from: variable("PIN") },
        { id: "unset", from: variable("MISSING") },
        { id: "empty", from: file("empty") },
        { id: "gone", from: file("gone") },
      ],
      { TOKEN: "env-value", PIN: "1234\n" },
    );
    const told = secrets.map((secret) => {
      if ("forms" in secret) return `${secret.id}: ${secret.forms[0]?.bytes}`;
      return `${secret.id}: ${"missing" in secret ? secret.missing.what : secret.tooShort}`;
    });
    expect(told).toEqual([
      "file: file-value",
      "env: env-value",
      "short: its 4 bytes would turn up in any image by chance (at least 6 can be looked for)",
      "unset: the variable MISSING is not set",
      expect.stringMatching(/^empty: .*\/empty is empty$/),
      expect.stringContaining("gone cannot be read (ENOENT"),
    ]);
  });
});
