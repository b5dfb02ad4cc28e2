import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

const ROUNDS = 4096;

/** The server's side of one login by SCRAM-SHA-256. */
export interface ScramExchange {
  user: string;
  /** What the server says first. */
  first: string;
  /** Its last word, or undefined for a wrong password. */
  finish(clientFinal: string, password: string): string | undefined;
}

/** Begins a login with the client's first message. */
export function beginScram(clientFirst: string): ScramExchange {
  const bare = clientFirst.replace(/^n,,/, "");
  const user = (bare.match(/n=([^,]*)/)?.[1] ?? "").replaceAll("=2C", ",").replaceAll("=3D", "=");
  const salt = randomBytes(16);
  const nonce = `${bare.match(/r=([^,]*)/)?.[1]}${randomBytes(12).toString("hex")}`;
  const first = `r=${nonce},s=${salt.toString("base64")},i=${ROUNDS}`;
  return {
    user,
    first,
    finish(clientFinal, password) {
      const [withoutProof = "", proof = ""] = clientFinal.split(",p=");
      const salted = pbkdf2Sync(password, salt, ROUNDS, 32, "sha256");
      const spoken = `${bare},${first},${withoutProof}`;
      const key = hmac(salted, "Client Key");
      const signature = hmac(createHash("sha256").update(key).digest(), spoken);
      const expected = key.map((byte, at) => byte ^ (signature[at] ?? 0));
      if (Buffer.from(expected).toString("base64") !== proof) return undefined;
      return `v=${hmac(hmac(salted, "Server Key"), spoken).toString("base64")}`;
    },
  };
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
