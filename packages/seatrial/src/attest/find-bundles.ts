import type { Digest } from "../model/index.ts";
import type { Descriptor, Repository } from "../registry/index.ts";
import { BUNDLE_MEDIA_TYPE } from "./bundle.ts";
import type { Ignored } from "./ignored.ts";
import type { PublicKey } from "./public-key.ts";
import { readReferrer, type SignedBundle } from "./read-referrer.ts";

export interface FoundBundles {
  signed: SignedBundle[];
  ignored: Ignored[];
}

/** Anybody may attach things: those who verify read so many, and say so. */
export const MOST_BUNDLES = 500;
const AT_ONCE = 4;

/** Reads what is attached to a manifest, and tells what one of the keys signed from the rest. Fails only when the registry does. */
export async function findBundles(options: {
  repository: Repository;
  subject: Digest;
  keys: readonly PublicKey[];
  signal: AbortSignal;
}): Promise<FoundBundles> {
  const { repository, subject, signal } = options;
  const referrers = await repository.referrers.list({ subject, signal });
  const bundles = referrers.filter(isBundle);
  const found: FoundBundles = {
    signed: [],
    ignored: [
      ...referrers.filter((each) => !isBundle(each)).map(other),
      ...bundles.slice(MOST_BUNDLES).map(unread),
    ],
  };
  const waiting = bundles.slice(0, MOST_BUNDLES);
  const work = async () => {
    for (let referrer = waiting.shift(); referrer !== undefined; referrer = waiting.shift()) {
      const result = await readReferrer({ ...options, referrer });
      if ("why" in result) found.ignored.push({ referrer: referrer.digest, ...result });
      else found.signed.push(result);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    // After a failure the others stop at what they are reading.
    waiting.length = 0;
  }
  return found;
}

function isBundle({ artifactType }: Descriptor): boolean {
  return artifactType === BUNDLE_MEDIA_TYPE;
}

function other({ digest, artifactType }: Descriptor): Ignored {
  const message = `no attestation: ${artifactType ?? "of no type"}`;
  return { referrer: digest, why: "other-artifact", message };
}

function unread({ digest }: Descriptor): Ignored {
  return { referrer: digest, why: "too-many", message: `not read: more than ${MOST_BUNDLES} are attached` };
}
