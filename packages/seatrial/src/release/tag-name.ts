import { createHash } from "node:crypto";

/** The most characters that a registry allows in a tag. */
const LONGEST = 128;
const HASH_LENGTH = 8;

/**
 * The tag for a name such as `feature/x`; undefined when nothing of it is left. Letters keep their case, every character that a tag
 * cannot have becomes `-`, dots and dashes at the beginning go. A longer one is cut to 128 characters that end with a hash of the
 * whole name.
 */
export function tagName(name: string): string | undefined {
  const tag = name
    .trim()
    .replace(/[^A-Za-z0-9_.-]/gu, "-")
    .replace(/^[.-]+/, "");
  if (tag === "") return undefined;
  if (tag.length <= LONGEST) return tag;
  const hash = createHash("sha256").update(name.trim()).digest("hex").slice(0, HASH_LENGTH);
  return `${tag.slice(0, LONGEST - 1 - HASH_LENGTH)}-${hash}`;
}
