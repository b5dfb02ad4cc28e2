import { proofOf } from "../image/index.ts";
import type { ImageIdentity, Problem } from "../model/index.ts";
import { familiarName } from "../registry/index.ts";
import { differenceTo, idsOf, type KnownCandidate, type KnownImage } from "./candidate.ts";
import { type Evidence, type EvidenceOutcome, evidenceProblem } from "./evidence.ts";

/** The runs that speak of this image, and what is wrong when there are none. */
export function matchEvidence(options: {
  project: string;
  candidate: KnownCandidate;
  image: KnownImage;
  evidence: readonly Evidence[];
}): { evidence: Evidence[]; refusals: Problem[] } {
  const { project, candidate, image } = options;
  const index = candidate.manifest.digest;
  const told = options.evidence.filter(({ outcome }) => outcome.project === project && speaks(outcome));
  const matched = told.filter(({ outcome }) => isOf(outcome, { image, index }));
  if (matched.length > 0) return { evidence: matched, refusals: inconsistencies(matched, { image, index }) };
  return { evidence: [], refusals: [nothingMatches({ ...options, told })] };
}

/** The image of the target that shipped in that run. */
function releaseImage(outcome: EvidenceOutcome): ImageIdentity | undefined {
  return outcome.images.find(({ target }) => target === outcome.release);
}

function speaks(outcome: EvidenceOutcome): boolean {
  return outcome.suites.length > 0 || outcome.check !== undefined;
}

function isOf(outcome: EvidenceOutcome, about: { image: KnownImage; index: `sha256:${string}` }): boolean {
  const tested = releaseImage(outcome);
  if (tested === undefined || !idsOf(about).includes(tested.imageId)) return false;
  // An index has one digest for all of its platforms.
  return tested.imageId !== about.index || tested.platform === about.image.platform;
}

/** What a run says of an image that it cannot have had. */
function inconsistencies(
  matched: readonly Evidence[],
  about: { image: KnownImage; index: `sha256:${string}` },
): Problem[] {
  return matched.flatMap(({ outcome, place }) => {
    const release = releaseImage(outcome);
    if (release === undefined) return [];
    const difference = differenceTo(release, about);
    if (difference !== undefined)
      return [evidenceProblem(place, `of the image in the registry ${difference}`)];
    const checked = outcome.check?.imageId;
    if (checked !== undefined && !idsOf(about).includes(checked))
      return [evidenceProblem(place, `its checks looked at ${checked}`)];
    return outcome.suites.flatMap((suite) => {
      const tested = outcome.images.find(({ imageId }) => imageId === suite.imageId);
      const { kind } = suite.proof ?? {};
      if (suite.status !== "passed" || (kind !== "identical" && kind !== "prefix")) return [];
      if (tested !== undefined && proofOf({ release, tested }).kind === kind) return [];
      return [evidenceProblem(place, `suite ${suite.name} did not run in the image that it says`)];
    });
  });
}

function nothingMatches(options: {
  candidate: KnownCandidate;
  image: KnownImage;
  told: readonly Evidence[];
  evidence: readonly Evidence[];
}): Problem {
  const { candidate, image, told } = options;
  const { repository, manifest } = candidate;
  const shipped = told.flatMap(({ outcome, place }) => {
    const tested = releaseImage(outcome);
    return tested === undefined ? [] : [{ tested, place }];
  });
  const [newest] = shipped;
  if (newest === undefined) {
    return {
      code: "RELEASE_NO_EVIDENCE",
      message: `No run speaks for the image ${image.configId}: there is no evidence.`,
      hint: "Run `seatrial test` on it. Runs of other jobs count when their .seatrial/runs are brought along, or named with --evidence.",
    };
  }
  const others =
    candidate.images.length > 1 || shipped.every(({ tested }) => tested.platform !== image.platform);
  if (others && !shipped.some(({ tested }) => tested.platform === image.platform)) {
    const platforms = [...new Set(shipped.map(({ tested }) => tested.platform))].join(", ");
    return {
      code: "EVIDENCE_OTHER_PLATFORM",
      message: `The image for ${image.platform} was not tested: there is evidence for ${platforms} only.`,
      hint: "Test each platform on a machine that has it, or release an image of the tested one alone.",
    };
  }
  return {
    code: "EVIDENCE_OTHER_IMAGE",
    message: `No run speaks for the image ${image.configId}: the newest, ${newest.place}, is about ${newest.tested.imageId}.`,
    hint: `Something was built anew since the tests. ${repository === undefined ? "Test it" : `Test this image: \`seatrial test --image ${familiarName(repository)}@${manifest.digest}\``}, or release the one that was tested.`,
  };
}
