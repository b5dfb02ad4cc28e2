import { describe, expect, it } from "vitest";
import { makeFolder } from "../config/testing/folder.ts";
import { createRedactor } from "../support/redact.ts";
import { findKey } from "./find-key.ts";
import { createKeyPair } from "./key-pair.ts";
import { loadSigner } from "./signer.ts";

const PEM =
  "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEG\nCCqGSM49AwEHBG0wawIBAQQg\n-----END PRIVATE KEY-----\n";

describe("finding the signing key", () => {
  it("is nothing when nothing names one", async () => {
    expect(await findKey({ env: { SEATRIAL_KEY: " " }, cwd: "/nowhere" })).toBeUndefined();
  });

  it.each([
    ["a file", { kind: "file", path: "keys/ship.key" } as const, {}],
    ["a variable with the text", { kind: "env", variable: "SHIP_KEY" } as const, { SHIP_KEY: PEM }],
    [
      "a variable with a path",
      { kind: "env", variable: "SHIP_KEY" } as const,
      { SHIP_KEY: "keys/ship.key\n" },
    ],
    ["SEATRIAL_KEY with the text", undefined, { SEATRIAL_KEY: PEM }],
    ["SEATRIAL_KEY with a path", undefined, { SEATRIAL_KEY: "./keys/ship.key" }],
  ])("takes it from %s", async (_where, source, env) => {
    await using folder = await makeFolder({ "keys/ship.key": PEM });
    const found = await findKey({
      source,
      env: { ...env, SEATRIAL_KEY_PASSPHRASE: "secret" },
      cwd: folder.path,
    });
    expect(found).toMatchObject({ pem: PEM, passphrase: "secret" });
  });

  it("takes what the configuration says before SEATRIAL_KEY", async () => {
    await using folder = await makeFolder({ "a.key": PEM });
    const source = { kind: "file", path: "a.key" } as const;
    const found = await findKey({ source, env: { SEATRIAL_KEY: "other" }, cwd: folder.path });
    expect(found?.origin).toBe("The key in a.key");
  });

  it("reads text whose line ends were written as \\n", async () => {
    const { privateKey, keyId } = await createKeyPair();
    const env = { SEATRIAL_KEY: privateKey.trimEnd().replaceAll("\n", "\\n") };
    const found = await findKey({ env, cwd: "/nowhere" });
    expect((await loadSigner({ pem: found?.pem ?? "" })).keyId).toBe(keyId);
  });

  it.each([
    [{ kind: "file", path: "missing.key" } as const, {}],
    [{ kind: "file", path: "." } as const, {}],
    [{ kind: "env", variable: "SHIP_KEY" } as const, {}],
    [{ kind: "env", variable: "SHIP_KEY" } as const, { SHIP_KEY: "" }],
    [undefined, { SEATRIAL_KEY: "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg" }],
  ])("fails for %j in %j, and repeats no value", async (source, env) => {
    await using folder = await makeFolder({});
    const search = () => findKey({ source, env, cwd: folder.path });
    await expect(search).toThrowWithCode("KEY_NOT_FOUND");
    expect(String(await search().catch((error: Error) => `${error} ${error.cause}`))).not.toContain("MIGHAg");
  });

  it("says what must not be shown: each line of the key and the passphrase", async () => {
    const found = await findKey({
      env: { SEATRIAL_KEY: PEM, SEATRIAL_KEY_PASSPHRASE: "open sesame" },
      cwd: "/",
    });
    const redactor = createRedactor(found?.secrets);
    expect(redactor.text("got MIGHAgEAMBMGByqGSM49AgEG and open sesame")).toBe(
      "got [redacted] and [redacted]",
    );
    expect(redactor.text("-----BEGIN PRIVATE KEY-----")).toBe("-----BEGIN PRIVATE KEY-----");
    expect(redactor.text(JSON.stringify({ PEM }))).not.toContain("CCqGSM");
  });
});
