/** The bytes of base64 in the standard or the URL-safe alphabet, with or without padding; undefined when it is neither. */
export function fromBase64(text: string): Buffer | undefined {
  const bare = text.replace(/={1,2}$/, "");
  const padded = bare.length !== text.length;
  if (bare.length % 4 === 1 || (padded && text.length % 4 !== 0)) return undefined;
  if (/^[A-Za-z0-9+/]*$/.test(bare)) return Buffer.from(bare, "base64");
  return /^[A-Za-z0-9_-]*$/.test(bare) ? Buffer.from(bare, "base64url") : undefined;
}
