import { verify } from "node:crypto";
import { fromBase64 } from "./base64.ts";
import type { PublicKey } from "./public-key.ts";
import type { Signer } from "./signer.ts";

/** A signed payload: DSSE v1. */
export interface Envelope {
  /** Base64. */
  payload: string;
  payloadType: string;
  signatures: { sig: string; keyid?: string | undefined }[];
}

/** What is signed: the payload with its type and both their lengths in bytes, so that neither can be read as the other. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType);
  const head = `DSSEv1 ${type.length} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/**
 * Signs a payload; its text goes into the envelope byte for byte. The signature has no name for its key: cosign passes over one
 * whose name is not the SSH fingerprint of the key that it was given.
 */
export async function signEnvelope(options: {
  payload: Buffer;
  payloadType: string;
  signer: Signer;
}): Promise<Envelope> {
  const { payload, payloadType, signer } = options;
  const signature = await signer.sign(preAuthEncoding(payloadType, payload));
  return {
    payload: payload.toString("base64"),
    payloadType,
    signatures: [{ sig: signature.toString("base64") }],
  };
}

/** The payload and the first of the keys that signed it; undefined when none did. Nothing of the payload is read before. */
export function openEnvelope(
  envelope: Envelope,
  keys: readonly PublicKey[],
): { payload: Buffer; keyId: string } | undefined {
  const payload = fromBase64(envelope.payload);
  if (payload === undefined) return undefined;
  const signed = preAuthEncoding(envelope.payloadType, payload);
  for (const { sig } of envelope.signatures) {
    const signature = fromBase64(sig);
    // Which key it was is found by trying: the name beside a signature is not signed.
    const key = signature && keys.find((each) => verify("sha256", signed, each.key, signature));
    if (key) return { payload, keyId: key.keyId };
  }
  return undefined;
}
