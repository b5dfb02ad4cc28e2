import * as v from "valibot";
import { readStrictJson } from "../support/strict-json.ts";
import { canonicalJson } from "./canonical-json.ts";
import { type Envelope, openEnvelope, signEnvelope } from "./dsse.ts";
import type { PublicKey } from "./public-key.ts";
import type { Signer } from "./signer.ts";
import { STATEMENT_PAYLOAD_TYPE, type Statement } from "./statement.ts";

/** What referrers that are Sigstore bundles say they are. */
export const BUNDLE_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** A statement with one signature by a plain key: a Sigstore bundle v0.3. */
export interface Bundle {
  mediaType: typeof BUNDLE_MEDIA_TYPE;
  /** The hint is the key's id; it is not signed. */
  verificationMaterial: { publicKey: { hint: string } };
  dsseEnvelope: Envelope;
}

/** Signs a statement. The payload of equal statements is equal, byte for byte; signatures differ each time. */
export async function signStatement(statement: Statement, signer: Signer): Promise<Bundle> {
  return {
    mediaType: BUNDLE_MEDIA_TYPE,
    verificationMaterial: { publicKey: { hint: signer.keyId } },
    dsseEnvelope: await signEnvelope({
      payload: canonicalJson(statement),
      payloadType: STATEMENT_PAYLOAD_TYPE,
      signer,
    }),
  };
}

/** A bundle as it is stored: the same bytes each time. */
export function formatBundle(bundle: Bundle): Buffer {
  return canonicalJson(bundle);
}

const bundleSchema = v.object({
  mediaType: v.literal(BUNDLE_MEDIA_TYPE),
  verificationMaterial: v.object({ publicKey: v.object({ hint: v.optional(v.string(), "") }) }),
  dsseEnvelope: v.object({
    payload: v.string(),
    payloadType: v.string(),
    signatures: v.array(v.object({ sig: v.string(), keyid: v.optional(v.string()) })),
  }),
});

export type OpenedBundle =
  /** A key that was given signed the payload. */
  | { state: "signed"; payload: Buffer; keyId: string }
  /** No bundle with one signature by a plain key over an in-toto statement; `found` says what it is. */
  | { state: "unusable"; found: string }
  /** None of the keys signed it as it is; `hint` is the name that the bundle has for its key. */
  | { state: "unsigned"; hint: string };

/** Reads a bundle of unknown origin and checks its signature. */
export function openBundle(bytes: Uint8Array, keys: readonly PublicKey[]): OpenedBundle {
  const json = readStrictJson(bytes);
  if (json === undefined) return { state: "unusable", found: "no JSON, or ambiguous JSON" };
  const parsed = v.safeParse(bundleSchema, json);
  if (!parsed.success) return { state: "unusable", found: "no Sigstore bundle v0.3 with a plain key" };
  const { dsseEnvelope, verificationMaterial } = parsed.output;
  if (dsseEnvelope.payloadType !== STATEMENT_PAYLOAD_TYPE)
    return { state: "unusable", found: "a payload that is no in-toto statement" };
  const count = dsseEnvelope.signatures.length;
  if (count !== 1) return { state: "unusable", found: `${count} signatures, where a bundle has one` };
  const opened = openEnvelope(dsseEnvelope, keys);
  if (opened === undefined) return { state: "unsigned", hint: verificationMaterial.publicKey.hint };
  return { state: "signed", ...opened };
}
