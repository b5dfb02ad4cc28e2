import { createHash } from "node:crypto";
import type { Digest } from "../model/index.ts";

/** The digest of these bytes. */
export function digestOf(bytes: Buffer | string): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** True for `sha256:` and 64 lower-case hex digits: the only digests that we compute with. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === "string" && /^sha256:[0-9a-f]{64}$/.test(text);
}
