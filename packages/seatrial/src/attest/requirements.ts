import type { Duration } from "../model/index.ts";
import type { PlatformImage } from "./find-image.ts";
import type { Ignored, Objection } from "./ignored.ts";
import type { TestResultClaim } from "./read-test-result.ts";
import type { Attestation, Requirements } from "./verification.ts";

const HOUR = 3_600_000;
/** Clocks of machines differ a little. */
const AHEAD: Duration = HOUR / 6;

/** Why a claim about this image, though it is true, does not meet what is required. */
export function objectionByRequirement(
  claim: TestResultClaim,
  { require, now }: { require: Requirements; now: number },
): Objection | undefined {
  const { suite, commit, dirty } = claim;
  const of = commit === undefined ? "no commit" : `commit ${commit}`;
  if (require.commit !== undefined && !(commit ?? "").startsWith(require.commit.toLowerCase()))
    return { suite, why: "other-commit", message: `of ${of}, not of ${require.commit}` };
  if (require.commit !== undefined && dirty)
    return { suite, why: "other-commit", message: `of a tree with changes on top of ${of}` };
  if (require.maxAge === undefined) return undefined;
  const ends = claim.runs.map(({ finishedAt }) => Date.parse(finishedAt));
  if (Math.max(...ends) > now + AHEAD)
    return { suite, why: "too-old", message: "its runs ended in the future, so nobody can tell its age" };
  if (now - Math.min(...ends) > require.maxAge)
    return { suite, why: "too-old", message: `${ageOf(now - Math.min(...ends))} old` };
  return undefined;
}

/**
 * What is missing, in sentences, for each image: one, or those of an index. Something signed that does not count is missed; what
 * strangers attached is not.
 */
export function problemsOf(options: {
  attestations: readonly Attestation[];
  ignored: readonly Ignored[];
  require: Requirements;
  images: readonly PlatformImage[];
}): string[] {
  const { attestations, ignored, require, images } = options;
  const spokenOf = [...attestations, ...ignored].flatMap(({ suite }) => suite ?? []);
  const wanted = [...new Set(require.suites ?? spokenOf)].sort();
  if (wanted.length === 0) return [noneCounts(ignored)];
  return images.flatMap(({ imageId, platform }) => {
    const proved = attestations.filter((each) => each.imageId === imageId).map(({ suite }) => suite);
    const missing = wanted.filter((suite) => !proved.includes(suite));
    return missing.map((suite) => {
      const name = platform === undefined ? suite : `${suite} on ${platform}`;
      const reasons = new Set(ignored.filter((each) => each.suite === suite).map(({ message }) => message));
      return reasons.size === 0
        ? `${name}: no attestation by the keys that were given`
        : `${name}: no attestation counts (${[...reasons].join("; ")})`;
    });
  });
}

function noneCounts(ignored: readonly Ignored[]): string {
  const [first] = ignored;
  if (first === undefined) return "nothing is attached to this image";
  const more = ignored.length === 1 ? "" : ` and ${ignored.length - 1} more`;
  return `no attestation counts (${first.message}${more})`;
}

function ageOf(ms: Duration): string {
  return ms < 48 * HOUR ? `${Math.floor(ms / HOUR)} hours` : `${Math.floor(ms / (24 * HOUR))} days`;
}
