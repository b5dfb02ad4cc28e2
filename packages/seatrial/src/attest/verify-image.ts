import { digestOf, familiarName, type Repository } from "../registry/index.ts";
import { findBundles } from "./find-bundles.ts";
import { findImage } from "./find-image.ts";
import { notesOf } from "./notes.ts";
import type { PublicKey } from "./public-key.ts";
import type { SignedBundle } from "./read-referrer.ts";
import { readTestResult, type TestResultClaim } from "./read-test-result.ts";
import { objectionByRequirement, problemsOf } from "./requirements.ts";
import type { Attestation, Requirements, Verification } from "./verification.ts";

export interface VerifyOptions {
  repository: Repository;
  /** A tag or a digest. */
  reference: string;
  keys: readonly PublicKey[];
  require?: Requirements | undefined;
  now: () => number;
  signal: AbortSignal;
}

/**
 * Tells what the given keys attest of an image. It holds when each suite that is required has a statement for which everything
 * holds; when none is named, each suite that the keys speak of: those that have statements, those that statements say were attested
 * with them, and at least one. Of an index, for each of its images. Fails with ATTESTED_IMAGE_NOT_FOUND when there is no such
 * manifest, and as the registry does.
 */
export async function verifyImage(options: VerifyOptions): Promise<Verification> {
  const { repository, reference, keys, require = {}, now, signal } = options;
  const image = await findImage(options);
  const { signed, ignored } = await findBundles({ repository, subject: image.digest, keys, signal });
  const attestations: Attestation[] = [];
  const listed = new Set<string>();
  for (const bundle of signed) {
    const claim = readTestResult(bundle.payload, image);
    // Also of a statement that is too old to count: what was attested once is not forgotten when it is removed.
    if (!("why" in claim)) for (const name of claim.attested ?? []) listed.add(name);
    const objection = "why" in claim ? claim : objectionByRequirement(claim, { require, now: now() });
    if (objection !== undefined) ignored.push({ referrer: bundle.referrer, ...objection });
    else if (!("why" in claim)) attestations.push(attestationOf(bundle, claim));
  }
  const counted = inOrder(attestations);
  const known = { attestations: counted, listed, require };
  const problems = problemsOf({ ...known, ignored, images: image.images });
  return {
    reference: `${familiarName(repository.name)}${reference.includes(":") ? "@" : ":"}${reference}`,
    ...image,
    holds: problems.length === 0,
    problems,
    notes: notesOf(known),
    attestations: counted,
    ignored: ignored.sort((a, b) => (a.referrer < b.referrer ? -1 : 1)),
  };
}

function attestationOf({ referrer, keyId, payload }: SignedBundle, claim: TestResultClaim): Attestation {
  const last = Math.max(...claim.runs.map((run) => Date.parse(run.finishedAt)));
  const finishedAt = new Date(last).toISOString();
  return { ...claim, referrer, payload: digestOf(payload), keyId, finishedAt };
}

/** By suite, the newest first; what was attached twice is there once. */
function inOrder(attestations: readonly Attestation[]): Attestation[] {
  const byReferrer = [...attestations].sort((a, b) => (a.referrer < b.referrer ? -1 : 1));
  const unique = new Map(byReferrer.map((each) => [`${each.keyId} ${each.payload}`, each]));
  return [...unique.values()].sort((a, b) => {
    if (a.suite !== b.suite) return a.suite < b.suite ? -1 : 1;
    return Date.parse(b.finishedAt) - Date.parse(a.finishedAt);
  });
}
