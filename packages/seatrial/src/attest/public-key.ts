import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { attestError } from "./errors.ts";
import { describeKey, isP256, pemLabels } from "./pem.ts";
import { readKeyFile } from "./read-key-file.ts";

/** A key to verify with. */
export interface PublicKey {
  /** Base64 of the SHA-256 of its SPKI form, as cosign names keys. */
  keyId: string;
  key: KeyObject;
}

/** Reads an ECDSA P-256 public key in PEM. `origin` is where it came from, for messages. */
export function readPublicKey(pem: string, origin: string): PublicKey {
  const labels = pemLabels(pem);
  if (labels.some((label) => label.endsWith("PRIVATE KEY"))) {
    throw attestError({
      code: "KEY_INVALID",
      message: `${origin} is a private key, expected a public one.`,
      hint: "Give the .pub file that `seatrial key new` wrote beside it.",
    });
  }
  const [label, ...others] = labels;
  if (label !== "PUBLIC KEY" || others.length > 0) throw unusable(origin, describeKey(labels));
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch (cause) {
    throw unusable(origin, "a damaged key", cause);
  }
  if (!isP256(key)) throw unusable(origin, `a key of another kind (${key.asymmetricKeyType})`);
  return { keyId: keyIdOf(key), key };
}

/** The same from a file. */
export async function loadPublicKey(file: string): Promise<PublicKey> {
  return readPublicKey(await readKeyFile(file, "public key"), file);
}

/** How a key is named: base64 of the SHA-256 of its SPKI form. */
export function keyIdOf(publicKey: KeyObject): string {
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("base64");
}

function unusable(origin: string, found: string, cause?: unknown) {
  return attestError({
    code: "KEY_INVALID",
    message: `${origin} has ${found}, expected one ECDSA P-256 public key in PEM (BEGIN PUBLIC KEY).`,
    cause,
  });
}
