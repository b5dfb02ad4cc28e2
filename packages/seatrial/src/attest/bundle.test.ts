import { createPublicKey } from "node:crypto";
import { bundleFromJSON } from "@sigstore/bundle";
import { toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";
import { describe, expect, it } from "vitest";
import { digestOf } from "../registry/index.ts";
import { type Bundle, formatBundle, openBundle, signStatement } from "./bundle.ts";
import { createKeyPair, type KeyPair } from "./key-pair.ts";
import { readPublicKey } from "./public-key.ts";
import { loadSigner } from "./signer.ts";
import type { Statement } from "./statement.ts";
import { testResultStatement } from "./test-result-statement.ts";
import { facts } from "./testing/evidence.ts";

const statement = testResultStatement(facts());

async function signed(what: Statement = statement) {
  const pair = await createKeyPair();
  const signer = await loadSigner({ pem: pair.privateKey });
  return {
    pair,
    signer,
    bundle: await signStatement(what, signer),
    keys: [readPublicKey(pair.publicKey, "it")],
  };
}

describe("a bundle", () => {
  it("has the fields of Sigstore's v0.3 and the payload that was signed", async () => {
    const { bundle, signer } = await signed();
    expect(bundle).toMatchObject({
      mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
      verificationMaterial: { publicKey: { hint: signer.keyId } },
      dsseEnvelope: {
        payloadType: "application/vnd.in-toto+json",
        signatures: [{ sig: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/) }],
      },
    });
    expect(JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, "base64").toString())).toEqual(
      JSON.parse(JSON.stringify(statement)),
    );
  });

  it("has one form, byte for byte, and one payload for equal statements", async () => {
    const { bundle, signer } = await signed();
    const { dsseEnvelope, verificationMaterial, mediaType } = bundle;
    expect(formatBundle({ dsseEnvelope, verificationMaterial, mediaType })).toEqual(formatBundle(bundle));
    const again = await signStatement(testResultStatement(facts()), signer);
    expect(again.dsseEnvelope.payload).toBe(dsseEnvelope.payload);
    // What other programs may have stored somewhere must never change by itself.
    expect(digestOf(Buffer.from(dsseEnvelope.payload, "base64"))).toBe(
      "sha256:2e84b721104794bfd177f4a05e1b11aae2b980a6da1a52d0a43a699420e77122",
    );
  });

  it("opens for the key that signed it", async () => {
    const { bundle, keys, signer } = await signed();
    const payload = Buffer.from(bundle.dsseEnvelope.payload, "base64");
    expect(openBundle(formatBundle(bundle), keys)).toEqual({ state: "signed", payload, keyId: signer.keyId });
  });

  it("opens for no other key, and names the one that it wants", async () => {
    const { bundle, signer } = await signed();
    const other = await signed();
    expect(openBundle(formatBundle(bundle), other.keys)).toEqual({ state: "unsigned", hint: signer.keyId });
  });
});

describe("a bundle of unknown origin is unusable", () => {
  const change = (bundle: Bundle, part: object) => ({ ...bundle, ...part });
  const envelope = (bundle: Bundle, part: object) =>
    change(bundle, { dsseEnvelope: { ...bundle.dsseEnvelope, ...part } });

  it.each<[string, (bundle: Bundle) => unknown]>([
    [
      "of another version",
      (it) => change(it, { mediaType: "application/vnd.dev.sigstore.bundle+json;version=0.2" }),
    ],
    [
      "with a certificate",
      (it) => change(it, { verificationMaterial: { certificate: { rawBytes: "AAAA" } } }),
    ],
    ["about a file", ({ dsseEnvelope: _dropped, ...it }) => ({ ...it, messageSignature: {} })],
    [
      "with two signatures",
      (it) => envelope(it, { signatures: [...it.dsseEnvelope.signatures, ...it.dsseEnvelope.signatures] }),
    ],
    ["without a signature", (it) => envelope(it, { signatures: [] })],
    ["with another type of payload", (it) => envelope(it, { payloadType: "application/json" })],
    ["with a payload that is no text", (it) => envelope(it, { payload: 1 })],
    ["that is a list", (it) => [it]],
  ])("%s", async (_what, made) => {
    const { bundle, keys } = await signed();
    expect(openBundle(Buffer.from(JSON.stringify(made(bundle))), keys).state).toBe("unusable");
  });

  it("when it is cut off, or says something twice", async () => {
    const { bundle, keys } = await signed();
    const text = formatBundle(bundle).toString();
    const twice = text.replace('"payload":', '"payload":"","payload":');
    for (const each of [text.slice(0, -1), "", twice])
      expect(openBundle(Buffer.from(each), keys).state).toBe("unusable");
  });
});

describe("Sigstore's own library", () => {
  const verify = (bundle: Bundle, pair: KeyPair) => {
    const mediaType = "application/vnd.dev.sigstore.trustedroot+json;version=0.1";
    const nobody = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
    const material = toTrustMaterial({ mediaType, ...nobody }, (hint) => {
      expect(hint).toBe(pair.keyId);
      return { publicKey: createPublicKey(pair.publicKey), validFor: () => true };
    });
    const verifier = new Verifier(material, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
    return verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(formatBundle(bundle).toString()))));
  };

  it("verifies our bundle with our key", async () => {
    const { bundle, pair } = await signed();
    expect(() => verify(bundle, pair)).not.toThrow();
  });

  it("refuses it with another key, and with a changed payload", async () => {
    const { bundle, pair } = await signed();
    const other = await createKeyPair();
    expect(() => verify(bundle, { ...other, keyId: pair.keyId })).toThrow(/signature verification failed/);
    const payload = Buffer.from(bundle.dsseEnvelope.payload, "base64").toString().replace("PASSED", "FAILED");
    const dsseEnvelope = { ...bundle.dsseEnvelope, payload: Buffer.from(payload).toString("base64") };
    expect(() => verify({ ...bundle, dsseEnvelope }, pair)).toThrow(/signature verification failed/);
  });
});
