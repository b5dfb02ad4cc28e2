import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createKeyPair } from "./key-pair.ts";
import { keyIdOf, readPublicKey } from "./public-key.ts";
import { loadSigner } from "./signer.ts";

const PASSPHRASE = "correct horse, battery staple ünïcode";

describe("a new key pair", () => {
  it("is an ECDSA P-256 key whose halves belong together", async () => {
    const { privateKey, publicKey, keyId } = await createKeyPair();
    expect(privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    const signer = await loadSigner({ pem: privateKey });
    const reader = readPublicKey(publicKey, "seatrial.pub");
    expect([signer.keyId, reader.keyId, keyIdOf(createPublicKey(publicKey))]).toEqual([keyId, keyId, keyId]);
    const signature = await signer.sign(Buffer.from("text"));
    expect(verify("sha256", Buffer.from("text"), reader.key, signature)).toBe(true);
    expect(verify("sha256", Buffer.from("Text"), reader.key, signature)).toBe(false);
  });

  it("is another one each time", async () => {
    const [a, b] = await Promise.all([createKeyPair(), createKeyPair()]);
    expect(a?.keyId).not.toBe(b?.keyId);
  });

  it("is closed by its passphrase, and opens with it only", async () => {
    const { privateKey, keyId } = await createKeyPair({ passphrase: PASSPHRASE });
    expect(privateKey).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
    expect((await loadSigner({ pem: privateKey, passphrase: PASSPHRASE })).keyId).toBe(keyId);
    await expect(loadSigner({ pem: privateKey, passphrase: "wrong" })).toThrowWithCode(
      "KEY_PASSPHRASE_WRONG",
    );
    await expect(loadSigner({ pem: privateKey })).toThrowWithCode("KEY_PASSPHRASE_MISSING");
    await expect(loadSigner({ pem: privateKey, passphrase: "" })).toThrowWithCode("KEY_PASSPHRASE_MISSING");
  });

  it("is opened by OpenSSL, and a guess of its passphrase costs 600,000 rounds", async () => {
    const { privateKey, publicKey } = await createKeyPair({ passphrase: PASSPHRASE });
    const der = Buffer.from(privateKey.replace(/-----.*-----/g, ""), "base64");
    // INTEGER 600000 and the OIDs of PBES2, PBKDF2, HMAC with SHA-256 and AES-256-CBC, as RFC 8018 writes them.
    for (const part of [
      "0203" + "0927c0",
      "06092a864886f70d01050d",
      "06092a864886f70d01050c",
      "06082a864886f70d0209",
    ])
      expect(der.toString("hex")).toContain(part);
    const opened = createPrivateKey({ key: privateKey, passphrase: PASSPHRASE });
    expect(createPublicKey(opened).export({ type: "spki", format: "pem" })).toBe(publicKey);
  });
});

describe("keys that cannot be used", () => {
  const EC = "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n";

  it.each([
    ["no PEM", "hello"],
    ["nothing", ""],
    ["a damaged key", EC],
    ["two keys", EC + EC],
    ["a certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
    [
      "cosign's own form",
      "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\neyJ9\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----",
    ],
  ])("%s is refused as a private key, without a word of its text", async (_what, pem) => {
    await expect(loadSigner({ pem, passphrase: "x" })).toThrowWithCode("KEY_INVALID");
    const error = await loadSigner({ pem, passphrase: "x" }).catch((thrown: Error) => thrown);
    expect(String(error)).not.toMatch(/AAAA|hello|eyJ9/);
  });

  it("a key of another kind is refused", async () => {
    const { privateKey: ed25519 } = generateKeyPairSync("ed25519", {
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    await expect(loadSigner({ pem: ed25519 })).toThrowWithCode("KEY_INVALID");
    const p384 = p384Pair();
    await expect(loadSigner({ pem: p384.privateKey })).toThrowWithCode("KEY_INVALID");
    await expect(() => readPublicKey(p384.publicKey, "other.pub")).toThrowWithCode("KEY_INVALID");
  });

  it("a private key in place of a public one is refused", async () => {
    const { privateKey } = await createKeyPair();
    await expect(() => readPublicKey(privateKey, "seatrial.key")).toThrowWithCode("KEY_INVALID");
  });

  it.each(["", "text", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])(
    "%j is refused as a public key",
    async (pem) => {
      await expect(() => readPublicKey(pem, "seatrial.pub")).toThrowWithCode("KEY_INVALID");
    },
  );
});

function p384Pair(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync("ec", {
    namedCurve: "P-384",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
}
