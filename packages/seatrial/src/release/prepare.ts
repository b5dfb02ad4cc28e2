import type { Digest, Platform } from "../model/index.ts";
import {
  familiarName,
  type RegistryClient,
  type Repository,
  type RepositoryName,
} from "../registry/index.ts";
import { type Candidate, differenceTo, imageSwapped, readCandidate } from "./candidate.ts";
import { checkLayers } from "./check-layers.ts";
import type { CoverageGate } from "./coverage-gate.ts";
import type { FoundEvidence } from "./evidence.ts";
import { keepNewer, mayMoveTo } from "./floating-tags.ts";
import type { History } from "./history.ts";
import { judgeBuild } from "./judge-build.ts";
import { judgeRelease } from "./judge-release.ts";
import type { Source } from "./judge-source.ts";
import { judgeTaken } from "./judge-taken.ts";
import type { LayerMemory } from "./layer-memory.ts";
import type { ReleasePlan } from "./plan.ts";
import type { PreparedRelease, ReleasePlaces, Signing } from "./prepared.ts";
import { provenManifests } from "./proven-manifests.ts";
import { isRecordedAsTaken } from "./recorded-images.ts";
import { readTags, refuseTaken } from "./tags.ts";

export interface PrepareOptions {
  plan: ReleasePlan;
  project: string;
  /** The image that is to be released, by digest or by a tag that is read once. */
  image: { repository: RepositoryName; reference: string };
  /** Who it must be, where the one who pushed it said so. */
  expected?: ExpectedImage | undefined;
  /** Its layers are known to be those of its configuration: an engine that holds it has pushed it for this release. */
  isProven?: boolean | undefined;
  /** It is that of an earlier release of the commit, and was not built anew. */
  taken?: boolean | undefined;
  found: FoundEvidence;
  /** The tree that the release is made from, and the one that the image was built from, where they are known. */
  source: { now?: Source | undefined; built?: Source | undefined };
  /** Absent: nothing is asked of coverage, or whoever made the only run has judged it. */
  coverage?: CoverageGate | undefined;
  /** What is released is attested too. */
  signing?: Signing | undefined;
  layerMemory?: LayerMemory | undefined;
  /** Which commits are older; absent: nobody knows, and floating tags move. */
  history?: History | undefined;
  onNote?: ((note: string) => void) | undefined;
  signal: AbortSignal;
}

/** An image as the list or the run says that pushed it. */
export interface ExpectedImage {
  imageId: Digest;
  layers: Digest[];
  platform: Platform;
  /** Of its manifest, as the push was answered. */
  digest?: Digest | undefined;
}

/** Handles on the repositories of a release; nothing is asked of them yet. */
export function openPlaces(options: {
  registries: RegistryClient;
  image: { repository: RepositoryName };
  plan: Pick<ReleasePlan, "repository" | "candidate">;
}): ReleasePlaces {
  const { registries, image, plan } = options;
  const handles = new Map<string, Repository>();
  const open = (name: RepositoryName): Repository => {
    const key = `${name.registry}/${name.repository}`;
    const handle = handles.get(key) ?? registries.repository(name);
    handles.set(key, handle);
    return handle;
  };
  return {
    from: open(image.repository),
    to: open(plan.repository),
    candidates: open(plan.candidate.repository),
  };
}

/**
 * Reads the image and the tags from the registry and judges the evidence. Changes nothing. What a release is refused for is in the
 * judgement; fails when the registry does, or with CANDIDATE_NOT_FOUND, CANDIDATE_INVALID or IMAGE_SWAPPED. Layers are read only of an
 * image that nothing else refuses and nothing else proves.
 */
export async function prepareRelease(
  options: PrepareOptions & { places: ReleasePlaces },
): Promise<PreparedRelease> {
  const { plan, image, places, signal } = options;
  const { reference } = image;
  const [candidate, { tags, warnings: unseen }] = await Promise.all([
    readCandidate({ repository: places.from, reference, signal }),
    readTags({
      repository: places.to,
      tags: plan.tags,
      mayBeMissing: places.to !== places.from,
      signal,
    }),
  ]);
  checkExpected(candidate, options);
  const { judgement, tests } = await judgeRelease({ ...options, candidate });
  const { digest } = candidate.manifest;
  const layThere = options.isProven !== true;
  const facts = { ...options, evidence: options.found.evidence, commit: commitOf(options) };
  const wasTaken = options.taken === true || (layThere && isRecordedAsTaken({ ...facts, candidate }));
  const refusals = [
    ...judgement.refusals,
    ...(layThere ? judgeBuild({ ...facts, listed: options.expected }) : []),
    ...(wasTaken ? await judgeTaken({ ...facts, repository: places.to, digest }) : []),
    ...refuseTaken({ repository: places.to.name, tags, digest }),
  ];
  const mayMove = mayMoveTo({ ...options, candidate });
  const kept =
    refusals.length > 0 ? { tags, warnings: [] } : await keepNewer({ ...plan, tags, digest, mayMove });
  // What this key has attested by its digest was proven then.
  const isAttested = wasTaken && options.signing !== undefined;
  if (refusals.length === 0 && layThere && !isAttested) {
    // What was taken is listed as the registry has it: nobody here has pushed it.
    const proven = provenManifests({ ...facts, listed: wasTaken ? undefined : options.expected });
    await checkLayers({ ...options, candidate, repository: places.from, proven });
  }
  const warnings = [...judgement.warnings, ...unseen, ...kept.warnings];
  return { candidate, tags: kept.tags, mayMove, tests, judgement: { ...judgement, refusals, warnings } };
}

/** Between the push and now somebody may have exchanged the image, or the list of pushed images. */
function checkExpected(candidate: Candidate, { expected }: PrepareOptions): void {
  if (expected === undefined) return;
  const { digest } = candidate.manifest;
  const differences = candidate.images.map((image) => differenceTo(expected, { image, index: digest }));
  if (differences.includes(undefined)) return;
  throw imageSwapped(`${familiarName(candidate.repository)}@${digest}`, differences[0] ?? "it has no image");
}

function commitOf({ source: { now, built } }: PrepareOptions): string | undefined {
  return now?.commit ?? built?.commit;
}
