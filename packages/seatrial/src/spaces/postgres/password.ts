import { createHash, createHmac, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(pbkdf2);

/** A password that needs no quoting anywhere. */
export function randomPassword(): string {
  return randomBytes(18).toString("base64url");
}

/** A new password of a role, with what the server keeps of it: MD5 where `iterations` is undefined. */
export async function newPassword(
  user: string,
  iterations: number | undefined,
): Promise<{ password: string; stored: string }> {
  const password = randomPassword();
  if (iterations !== undefined) return { password, stored: await scramVerifier(password, iterations) };
  return {
    password,
    stored: `md5${createHash("md5")
      .update(password + user)
      .digest("hex")}`,
  };
}

/**
 * What PostgreSQL stores of a password (RFC 5803), so that it need not derive it. Some drivers refuse fewer than 4096 iterations.
 */
export async function scramVerifier(
  password: string,
  iterations: number,
  salt = randomBytes(16),
): Promise<string> {
  const salted = await derive(password, salt, iterations, 32, "sha256");
  const sign = (text: string) => createHmac("sha256", salted).update(text).digest();
  const stored = createHash("sha256").update(sign("Client Key")).digest("base64");
  const key = sign("Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${stored}:${key}`;
}
