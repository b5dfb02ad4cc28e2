import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const TOKEN_BYTES = 24;

/** A new token: 192 random bits, for a header and an environment variable. */
export function createToken(): string {
  return randomBytes(TOKEN_BYTES).toString("base64url");
}

/** Says whether a request's `Authorization` has the token, in a time that tells nothing about it. */
export function createTokenCheck(token: string): (authorization: string | undefined) => boolean {
  // Digests are of one length, whatever was sent.
  const wanted = digestOf(token);
  return (authorization) => {
    const [, given = ""] = /^bearer +(\S+) *$/i.exec(authorization ?? "") ?? [];
    return timingSafeEqual(digestOf(given), wanted);
  };
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
