import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";
import { attestError } from "./errors.ts";
import { describeKey, isP256, pemLabels } from "./pem.ts";
import { keyIdOf, type PublicKey } from "./public-key.ts";

/** Signs with one key. */
export interface Signer {
  readonly keyId: string;
  /** Its public half. */
  readonly publicKey: PublicKey;
  /** An ECDSA signature of the data's SHA-256, in DER. */
  sign(data: Uint8Array): Promise<Buffer>;
}

/** Opens a private key: ECDSA P-256 in PEM, as PKCS#8 or as OpenSSL's older EC form. `origin` is where it came from. */
export async function loadSigner(options: {
  pem: string;
  passphrase?: string | undefined;
  origin?: string | undefined;
}): Promise<Signer> {
  const { pem, passphrase, origin = "The signing key" } = options;
  const key = openKey({ pem, passphrase, origin });
  if (!isP256(key)) throw invalid(origin, `a key of another kind (${key.asymmetricKeyType})`);
  const publicKey = createPublicKey(key);
  const keyId = keyIdOf(publicKey);
  return {
    keyId,
    publicKey: { keyId, key: publicKey },
    sign: (data) => promisify<Uint8Array, Buffer>((bytes, done) => sign("sha256", bytes, key, done))(data),
  };
}

function openKey(options: { pem: string; passphrase?: string | undefined; origin: string }): KeyObject {
  const { pem, passphrase, origin } = options;
  const labels = pemLabels(pem);
  const [label = "", ...others] = labels;
  if (/^ENCRYPTED (SIGSTORE|COSIGN) PRIVATE KEY$/.test(label)) throw ofCosign(origin);
  if (!/^(ENCRYPTED |EC )?PRIVATE KEY$/.test(label) || others.length > 0)
    throw invalid(origin, describeKey(labels));
  const encrypted = label.startsWith("ENCRYPTED") || /^Proc-Type: 4,ENCRYPTED/m.test(pem);
  if (encrypted && (passphrase ?? "") === "") {
    throw attestError({
      code: "KEY_PASSPHRASE_MISSING",
      message: `${origin} is encrypted, and there is no passphrase.`,
      hint: "Set SEATRIAL_KEY_PASSPHRASE.",
    });
  }
  try {
    return createPrivateKey(encrypted ? { key: pem, passphrase } : pem);
  } catch (cause) {
    // What a wrong passphrase makes of the bytes is sometimes well-formed padding: any failure is taken for that.
    if (!encrypted) throw invalid(origin, "a damaged key", cause);
    throw attestError({
      code: "KEY_PASSPHRASE_WRONG",
      message: `The passphrase does not open ${lower(origin)}.`,
      hint: "Check SEATRIAL_KEY_PASSPHRASE; a key that was damaged looks the same.",
      cause,
    });
  }
}

function ofCosign(origin: string) {
  return attestError({
    code: "KEY_INVALID",
    message: `${origin} is in cosign's own encrypted form, which only cosign opens.`,
    hint: "Make one with `seatrial key new`: cosign verifies with its public key.",
  });
}

function invalid(origin: string, found: string, cause?: unknown) {
  return attestError({
    code: "KEY_INVALID",
    message: `${origin} has ${found}, expected one ECDSA P-256 private key in PEM.`,
    hint: "Make one with `seatrial key new`.",
    cause,
  });
}

const lower = (origin: string) => origin.replace(/^The /, "the ");
