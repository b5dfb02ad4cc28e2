import { createCipheriv, type KeyObject, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";

/** What a guess of the passphrase costs. Node's own export takes 2,048 rounds, which is no protection today. */
const ROUNDS = 600_000;

const OID = {
  pbes2: "2a864886f70d01050d",
  pbkdf2: "2a864886f70d01050c",
  hmacSha256: "2a864886f70d0209",
  aes256Cbc: "60864801650304012a",
};

/** A private key as encrypted PKCS#8 (RFC 5958 with PBES2 of RFC 8018), which OpenSSL and its like open. PEM. */
export async function encryptKey(key: KeyObject, passphrase: string): Promise<string> {
  const salt = randomBytes(16);
  const iv = randomBytes(16);
  const secret = await promisify(pbkdf2)(passphrase, salt, ROUNDS, 32, "sha256");
  const cipher = createCipheriv("aes-256-cbc", secret, iv);
  const plain = key.export({ type: "pkcs8", format: "der" });
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
  const derivation = sequence(
    oid("pbkdf2"),
    sequence(octets(salt), integer(ROUNDS), sequence(oid("hmacSha256"), NULL)),
  );
  const scheme = sequence(oid("pbes2"), sequence(derivation, sequence(oid("aes256Cbc"), octets(iv))));
  return pem("ENCRYPTED PRIVATE KEY", sequence(scheme, octets(encrypted)));
}

const NULL = Buffer.from([0x05, 0x00]);
const oid = (name: keyof typeof OID) => element(0x06, Buffer.from(OID[name], "hex"));
const octets = (bytes: Buffer) => element(0x04, bytes);
const sequence = (...parts: Buffer[]) => element(0x30, Buffer.concat(parts));

/** A number below 2^31; the byte before keeps it positive. */
function integer(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return element(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

/** DER: tag, length, content. */
function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
