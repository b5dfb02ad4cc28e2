import type { ImageEngine } from "../engine/index.ts";
import type { Digest, ImageIdentity, PushedImage, PushedImages, Traffic } from "../model/index.ts";
import {
  formatReference,
  type RegistryClient,
  type Repository,
  resolveBeforePush,
} from "../registry/index.ts";
import { EXIT } from "../support/error.ts";
import { type Candidate, differenceTo, imageSwapped, readCandidate } from "./candidate.ts";
import { candidateName } from "./candidate-name.ts";
import { checkLayers } from "./check-layers.ts";
import { releaseError } from "./errors.ts";
import type { LayerMemory } from "./layer-memory.ts";
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
  layerMemory?: LayerMemory | undefined;
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
  /** What was asked of the registry, besides what the engine did. */
  traffic: Traffic;
}

/**
 * Pushes images under candidate tags, each once, and reads every one back by the digest that the push was answered; what a registry has
 * under such a tag already counts for nothing. Fails with IMAGE_SWAPPED when that is not what the engine holds, and with the engine's
 * errors.
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
    traffic: repository.traffic(),
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
  const before = await digestsBefore({ ...options, tag });
  onNote(`pushing ${reference}`);
  await engine.tag(image.imageId, reference, signal);
  try {
    // Also what seems to be there: a manifest of the same configuration may have other layers. Engines skip what the registry has.
    const { digest } = await engine.push(reference, {
      onProgress: (note) => onNote(`pushing ${reference}: ${note}`),
      signal,
    });
    const candidate = await readCandidate({ repository, reference: digest, signal });
    const difference = differs(candidate, image);
    const place = formatReference({ ...repository.name, digest });
    if (difference !== undefined) throw imageSwapped(place, difference);
    if (!isMadeByEngine(candidate, image)) await checkLayers({ ...options, candidate });
    return { candidate, image, isNew: !before.has(digest) };
  } finally {
    // A name that stays costs nothing, and must not hide what went wrong before.
    await engine.remove(reference, AbortSignal.timeout(20_000)).catch(() => undefined);
  }
}

/** Which manifests of the image the registry has: the candidate's tag and the engine name those that there may be. */
async function digestsBefore(
  options: PushOptions & { image: ImageIdentity; repository: Repository; tag: string },
): Promise<Set<Digest>> {
  const { image, repository, engine, tag, signal } = options;
  const details = await engine.inspect(image.imageId, signal);
  if (details === undefined) throw imageGone(image);
  const remembered = details.repoDigests.map((each) => each.slice(each.indexOf("@") + 1));
  const found = await Promise.all(
    [...new Set([tag, ...remembered])].map((each) =>
      resolveBeforePush({ ...repository, reference: each, signal }),
    ),
  );
  return new Set(found.flatMap((each) => each?.digest ?? []));
}

/**
 * Whether the manifest is the engine's own work. Engines that name images by their configuration make it of layers that they have
 * unpacked. Others keep the manifest of an image that they pulled, and do not look at layers whose content they have already.
 */
function isMadeByEngine(candidate: Candidate, image: ImageIdentity): boolean {
  return image.manifest === undefined || candidate.images[0]?.configId === image.imageId;
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
    exitCode: EXIT.usage,
  });
}
