import { randomBytes } from "node:crypto";

/** 128 bits that mean nothing special in a URL or in NATS' configuration, where what begins with a digit is a number. */
export function newPassword(): string {
  return `p${randomBytes(16).toString("hex")}`;
}
