import type { ImageEngine } from "../engine/index.ts";
import type { Digest, ImageIdentity, PushedImage, PushedImages } from "../model/index.ts";
import { formatReference, type RegistryClient, type Repository } from "../registry/index.ts";
import { isToolError } from "../support/error.ts";
import { type Candidate, differenceTo, imageSwapped, readCandidate } from "./candidate.ts";
import { candidateName } from "./candidate-name.ts";
import { releaseError } from "./errors.ts";
import type { CandidatePlan } from "./plan.ts";

export interface PushOptions {
  project: string;
  plan: CandidatePlan;
  /** The target that ships. */
  release: string;
  /** What was built, held by the engine under these ids. */
  images: readonly ImageIdentity[];
  source: { commit?: string | undefined; dirty?: boolean | undefined };
  engine: Pick<ImageEngine, "inspect" | "tag" | "push" | "remove">;
  registries: RegistryClient;
  onNote: (note: string) => void;
  signal: AbortSignal;
}

/** Images that lie in a registry now. */
export interface PushedCandidates {
  /** For `images.json`. */
  pushed: PushedImages;
  /** The keys of the targets whose image the registry did not have yet. */
  uploaded: string[];
  /** By the key of the target: each as it was read back. */
  candidates: Map<string, Candidate>;
}

/**
 * Pushes images under candidate tags, each once, and reads every one back by digest. One that the registry has already is not pushed
 * again. Fails with IMAGE_SWAPPED when what the registry has is not what the engine holds, and with the engine's errors.
 */
export async function pushCandidates(options: PushOptions): Promise<PushedCandidates> {
  const { project, plan, release, source, registries } = options;
  const repository = registries.repository(plan.repository);
  // One after the other: engines push layers in parallel by themselves, and targets share most of them.
  const byId = new Map<Digest, Pushed>();
  for (const image of inOrder(options)) {
    if (!byId.has(image.imageId)) byId.set(image.imageId, await pushOne({ ...options, image, repository }));
  }
  const entries = options.images.flatMap((image) => {
    const pushed = byId.get(image.imageId);
    return pushed === undefined ? [] : [{ target: image.target, imageId: image.imageId, ...pushed }];
  });
  return {
    pushed: { version: 1, project, source, release, images: entries.map(entryOf) },
    uploaded: entries.filter(({ isNew }) => isNew).map(({ target }) => target),
    candidates: new Map(entries.map(({ target, candidate }) => [target, candidate])),
  };
}

interface Pushed {
  candidate: Candidate;
  image: ImageIdentity;
  isNew: boolean;
}

/** What ships goes first: of targets with one image it is the one that gives the candidate its name. */
function inOrder({ images, release }: PushOptions): ImageIdentity[] {
  return [...images].sort((a, b) => Number(b.target === release) - Number(a.target === release));
}

async function pushOne(
  options: PushOptions & { image: ImageIdentity; repository: Repository },
): Promise<Pushed> {
  const { image, repository, engine, release, onNote, signal } = options;
  const { tag, reference } = candidateName({ ...options, ...image, release });
  const found = await findPushed({ ...options, tag });
  if (found !== undefined) {
    // A tag keeps registries from removing what is being tested.
    if (!found.isTagged) await repository.manifests.put(tag, found.candidate.manifest, signal);
    return { candidate: found.candidate, image, isNew: false };
  }
  onNote(`pushing ${reference}`);
  await engine.tag(image.imageId, reference, signal);
  try {
    const { digest } = await engine.push(reference, {
      onProgress: (note) => onNote(`pushing ${reference}: ${note}`),
      signal,
    });
    const candidate = await readCandidate({ repository, reference: digest, signal });
    const difference = differs(candidate, image);
    const place = formatReference({ ...repository.name, digest });
    if (difference !== undefined) throw imageSwapped(place, difference);
    return { candidate, image, isNew: true };
  } finally {
    // A name that stays costs nothing, and must not hide what went wrong before.
    await engine.remove(reference, AbortSignal.timeout(20_000)).catch(() => undefined);
  }
}

/** The image as an earlier push left it, by the digests that the engine remembers or by the candidate's tag. */
async function findPushed(
  options: PushOptions & { image: ImageIdentity; repository: Repository; tag: string },
): Promise<{ candidate: Candidate; isTagged: boolean } | undefined> {
  const { image, repository, engine, tag, signal } = options;
  const tagged = await repository.manifests.resolve(tag, signal);
  const details = await engine.inspect(image.imageId, signal);
  if (details === undefined) throw imageGone(image);
  const remembered = details.repoDigests.map((each) => each.slice(each.indexOf("@") + 1));
  for (const digest of new Set([...(tagged === undefined ? [] : [tagged.digest]), ...remembered])) {
    if (digest !== tagged?.digest && (await repository.manifests.resolve(digest, signal)) === undefined)
      continue;
    const candidate = await readUsable({ repository, reference: digest, signal });
    if (candidate !== undefined && differs(candidate, image) === undefined)
      return { candidate, isTagged: digest === tagged?.digest };
  }
  return undefined;
}

const UNUSABLE = ["CANDIDATE_NOT_FOUND", "CANDIDATE_INVALID", "MANIFEST_INVALID", "BLOB_NOT_FOUND"];

/** What others left under a candidate's name may be anything, and is then pushed over. */
async function readUsable(options: Parameters<typeof readCandidate>[0]): Promise<Candidate | undefined> {
  try {
    return await readCandidate(options);
  } catch (error) {
    if (UNUSABLE.some((code) => isToolError(error, code))) return undefined;
    throw error;
  }
}

/** A build makes images for one platform; what an engine pushes may still be an index around one. */
function differs(candidate: Candidate, tested: ImageIdentity): string | undefined {
  const [image, ...others] = candidate.images;
  if (image === undefined || others.length > 0) return "it has images for several platforms";
  return differenceTo(tested, { image, index: candidate.manifest.digest });
}

function entryOf(entry: Pushed & { target: string }): PushedImage {
  const { candidate, image, target } = entry;
  const { manifest, repository } = candidate;
  return {
    target,
    reference: formatReference({ ...repository, digest: manifest.digest }),
    digest: manifest.digest,
    mediaType: manifest.mediaType,
    size: manifest.bytes.length,
    imageId: candidate.images[0]?.configId ?? image.imageId,
    layers: image.layers,
    platform: image.platform,
  };
}

function imageGone({ target, imageId }: ImageIdentity): Error {
  return releaseError({
    code: "RELEASE_NO_IMAGE",
    message: `The engine does not hold the image ${imageId} of target ${target} any more.`,
    hint: "Build it again with `seatrial build --push`.",
  });
}
