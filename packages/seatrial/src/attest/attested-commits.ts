import type { Digest } from "../model/index.ts";
import type { Repository } from "../registry/index.ts";
import { findBundles } from "./find-bundles.ts";
import { findImage } from "./find-image.ts";
import type { PublicKey } from "./public-key.ts";
import { readTestResult } from "./read-test-result.ts";

/** The commits at which the keys attest tests of an image, sorted. Fails as `verifyImage` does. */
export async function attestedCommits(options: {
  repository: Repository;
  /** Of the image. */
  subject: Digest;
  keys: readonly PublicKey[];
  signal: AbortSignal;
}): Promise<string[]> {
  const { signed } = await findBundles(options);
  if (signed.length === 0) return [];
  const image = await findImage({ ...options, reference: options.subject });
  const claims = signed.map(({ payload }) => readTestResult(payload, image));
  return [...new Set(claims.flatMap((claim) => ("why" in claim ? [] : (claim.commit ?? []))))].sort();
}
