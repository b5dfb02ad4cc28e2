import { createHash, randomBytes } from "node:crypto";

/** 128 bits that mean nothing special in a URL, a configuration file or a shell. */
export function newPassword(): string {
  return `p${randomBytes(16).toString("hex")}`;
}

/** The word that gives a user this password, without showing it to the server's logs and lists. */
export function passwordRule(password: string): string {
  return `#${createHash("sha256").update(password).digest("hex")}`;
}
