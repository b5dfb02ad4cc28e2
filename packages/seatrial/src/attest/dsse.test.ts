import { describe, expect, it } from "vitest";
import { type Envelope, openEnvelope, preAuthEncoding, signEnvelope } from "./dsse.ts";
import { createKeyPair } from "./key-pair.ts";
import { type PublicKey, readPublicKey } from "./public-key.ts";
import { loadSigner, type Signer } from "./signer.ts";

async function keys(): Promise<{ signer: Signer; key: PublicKey; other: PublicKey }> {
  const [mine, other] = await Promise.all([createKeyPair(), createKeyPair()]);
  return {
    signer: await loadSigner({ pem: mine.privateKey }),
    key: readPublicKey(mine.publicKey, "mine"),
    other: readPublicKey(other.publicKey, "other"),
  };
}

const PAYLOAD = Buffer.from("hello world ÿ?>~");

describe("what is signed", () => {
  it("is what the specification's example says", () => {
    const encoded = preAuthEncoding("http://example.com/HelloWorld", Buffer.from("hello world"));
    expect(encoded.toString()).toBe("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  });

  it("counts bytes, not characters", () => {
    expect(preAuthEncoding("tÿpe", Buffer.from("größe")).toString()).toBe("DSSEv1 5 tÿpe 7 größe");
  });

  // The specification's own key and signature (protocol.md), which it writes as r and s, here in DER.
  it("verifies the specification's signature with its key", () => {
    const [r, s] = Buffer.from(
      "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==",
      "base64",
    )
      .toString("hex")
      .match(/.{64}/g) as [string, string];
    const pem = publicKeyFrom(
      "46950820868899156662930047687818585632848591499744589407958293238635476079160",
      "5640078356564379163099075877009565129882514886557779369047442380624545832820",
    );
    expect([r.length, s.length]).toEqual([64, 64]);
    const envelope: Envelope = {
      payload: "aGVsbG8gd29ybGQ=",
      payloadType: "http://example.com/HelloWorld",
      signatures: [{ sig: derOf(r, s).toString("base64"), keyid: "66301bbf" }],
    };
    const key = readPublicKey(pem, "the specification");
    expect(openEnvelope(envelope, [key])?.payload.toString()).toBe("hello world");
    expect(openEnvelope({ ...envelope, payloadType: "http://example.com/Hello" }, [key])).toBeUndefined();
  });
});

describe("an envelope", () => {
  it("opens for the key that signed it, whatever it calls that key", async () => {
    const { signer, key, other } = await keys();
    const envelope = await signEnvelope({ payload: PAYLOAD, payloadType: "t", signer });
    const renamed = {
      ...envelope,
      signatures: envelope.signatures.map(({ sig }) => ({ sig, keyid: other.keyId })),
    };
    expect(openEnvelope(renamed, [other, key])).toEqual({ payload: PAYLOAD, keyId: key.keyId });
    expect(openEnvelope(envelope, [other])).toBeUndefined();
    expect(openEnvelope(envelope, [])).toBeUndefined();
  });

  it("opens in the URL-safe alphabet and without padding too", async () => {
    const { signer, key } = await keys();
    const envelope = await signEnvelope({ payload: PAYLOAD, payloadType: "t", signer });
    const urlSafe = (text: string) => Buffer.from(text, "base64").toString("base64url");
    expect(envelope.payload).toMatch(/[+/=]/);
    const changed = {
      ...envelope,
      payload: urlSafe(envelope.payload),
      signatures: envelope.signatures.map(({ sig }) => ({ sig: urlSafe(sig) })),
    };
    expect(openEnvelope(changed, [key])?.payload).toEqual(PAYLOAD);
  });

  it("stays closed when anything is changed", async () => {
    const { signer, key } = await keys();
    const envelope = await signEnvelope({ payload: PAYLOAD, payloadType: "t", signer });
    const sig = envelope.signatures[0]?.sig ?? "";
    const changes: Partial<Envelope>[] = [
      { payload: Buffer.from("hello worlds").toString("base64") },
      { payload: envelope.payload.slice(0, -4) },
      { payload: `${envelope.payload}!` },
      { payload: "a" },
      { payload: "+_==" },
      { payloadType: "T" },
      { signatures: [] },
      { signatures: [{ sig: sig.slice(0, -8) }] },
      { signatures: [{ sig: "" }] },
      { signatures: [{ sig: "not base64!" }] },
    ];
    for (const change of changes) expect(openEnvelope({ ...envelope, ...change }, [key])).toBeUndefined();
  });
});

function derOf(...numbers: string[]): Buffer {
  const parts = numbers.map((hex) => {
    const bytes = Buffer.from(hex, "hex");
    const positive = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
    return Buffer.concat([Buffer.from([2, positive.length]), positive]);
  });
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

function publicKeyFrom(x: string, y: string): string {
  const hex = [x, y].map((number) => BigInt(number).toString(16).padStart(64, "0")).join("");
  const prefix = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
  const der = Buffer.from(`${prefix}04${hex}`, "hex");
  return `-----BEGIN PUBLIC KEY-----\n${der.toString("base64")}\n-----END PUBLIC KEY-----\n`;
}
