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
  const { suite, kind, proof, commit, dirty } = claim;
  const of = commit === undefined ? "no commit" : `commit ${commit}`;
  if (require.commit !== undefined && !(commit ?? "").startsWith(require.commit.toLowerCase()))
    return { suite, why: "other-commit", message: `of ${of}, not of ${require.commit}` };
  if (require.commit !== undefined && dirty)
    return { suite, why: "other-commit", message: `of a tree with changes on top of ${of}` };
  // Checks look at the image itself.
  if (kind === "suite" && require.proofs?.includes(proof.kind) === false)
    return { suite, why: "other-proof", message: `its proof is ${proof.kind}` };
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
  /** What signed statements about the image say was attested with them. */
  listed: ReadonlySet<string>;
  require: Requirements;
  images: readonly PlatformImage[];
}): string[] {
  const { attestations, ignored, listed, require, images } = options;
  const spokenOf = [...attestations, ...ignored].flatMap(({ suite }) => suite ?? []);
  const wanted = [...new Set(require.suites ?? [...spokenOf, ...listed])].sort();
  if (wanted.length === 0) return [noneCounts(ignored)];
  return images.flatMap(({ imageId, platform }) => {
    const where = platform === undefined ? "" : ` on ${platform}`;
    const own = attestations.filter((each) => each.imageId === imageId && wanted.includes(each.suite));
    const missing = wanted.filter((suite) => !own.some((each) => each.suite === suite));
    return [
      ...missing.map((suite) => `${suite}${where}: ${missingBecause(suite, { ...options, where })}`),
      ...onlySiblings(own, require).map(
        (suites) => `no suite ran in this image${where}, or against it: ${suites}`,
      ),
    ];
  });
}

function missingBecause(
  suite: string,
  options: { ignored: readonly Ignored[]; listed: ReadonlySet<string>; where: string },
): string {
  const { ignored, listed, where } = options;
  const reasons = new Set(ignored.filter((each) => each.suite === suite).map(({ message }) => message));
  if (reasons.size > 0) return `no attestation counts (${[...reasons].join("; ")})`;
  // For which of several images it was attested, lists do not say.
  return listed.has(suite) && where === ""
    ? "its release attested it, and the attestation was removed or changed since"
    : "no attestation by the keys that were given";
}

/** A sibling of the image shares only some of its layers: such suites count beside others, as for a release, not alone. */
function onlySiblings(attestations: readonly Attestation[], { proofs }: Requirements): string[] {
  const suites = attestations.filter(({ kind }) => kind === "suite");
  const isAllowed = proofs?.includes("sibling") === true;
  if (isAllowed || suites.length === 0 || suites.some(({ proof }) => proof.kind !== "sibling")) return [];
  const names = [...new Set(suites.map(({ suite }) => suite))];
  return [`${names.join(", ")} passed in ${names.length === 1 ? "a sibling" : "siblings"} of it`];
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
