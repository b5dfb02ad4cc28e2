import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import { encryptKey } from "./encrypt-key.ts";
import { keyIdOf } from "./public-key.ts";

/** A new key for signing, as text. */
export interface KeyPair {
  /** PKCS#8 in PEM, encrypted when there was a passphrase. */
  privateKey: string;
  /** SPKI in PEM. */
  publicKey: string;
  keyId: string;
}

/** Makes an ECDSA P-256 key, which Sigstore's programs can verify with. Without a passphrase the private key is plain. */
export async function createKeyPair(options: { passphrase?: string | undefined } = {}): Promise<KeyPair> {
  const { passphrase } = options;
  const pair = await promisify(generateKeyPair)("ec", { namedCurve: "P-256" });
  return {
    privateKey:
      passphrase === undefined
        ? pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString()
        : await encryptKey(pair.privateKey, passphrase),
    publicKey: pair.publicKey.export({ type: "spki", format: "pem" }).toString(),
    keyId: keyIdOf(pair.publicKey),
  };
}
