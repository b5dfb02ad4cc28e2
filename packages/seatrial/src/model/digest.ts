/** The digest of some bytes, always with its algorithm: `sha256:` and 64 hex digits. */
export type Digest = `sha256:${string}`;
