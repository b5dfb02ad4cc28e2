// Attestations: keys, in-toto statements that suites passed for an image, Sigstore bundles around them, their place beside the image
// in its registry, and the judgement of what others find there. What may be released on their strength is release's.
export { type AttestOptions, attestImage } from "./attest-image.ts";
export { attestedCommits } from "./attested-commits.ts";
export type { AttestErrorCode } from "./errors.ts";
export type { FoundImage, PlatformImage } from "./find-image.ts";
export { type FoundKey, findKey, type KeySource } from "./find-key.ts";
export type { Ignored, IgnoredWhy, Objection } from "./ignored.ts";
export { createKeyPair, type KeyPair } from "./key-pair.ts";
export { loadPublicKey, type PublicKey, readPublicKey } from "./public-key.ts";
export { loadSigner, type Signer } from "./signer.ts";
export type { Statement } from "./statement.ts";
export { type TestResultOptions, testResultStatement } from "./test-result-statement.ts";
export type { Attestation, Requirements, Verification } from "./verification.ts";
export { type VerifyOptions, verifyImage } from "./verify-image.ts";
export { type KeyFiles, writeKeyPair } from "./write-key-pair.ts";
