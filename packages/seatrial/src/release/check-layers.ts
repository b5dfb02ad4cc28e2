import { type Digest, formatBytes } from "../model/index.ts";
import { type Descriptor, familiarName, type Repository } from "../registry/index.ts";
import { isToolError } from "../support/error.ts";
import { type Candidate, type CandidateImage, imageSwapped } from "./candidate.ts";
import type { LayerMemory } from "./layer-memory.ts";
import { someAtOnce } from "./some-at-once.ts";

export interface LayerChecking {
  /** Layers that were read before are not read again. */
  layerMemory?: LayerMemory | undefined;
  onNote?: ((note: string) => void) | undefined;
  signal: AbortSignal;
}

/** Layers that are read at once. */
const AT_ONCE = 4;

/**
 * Makes sure that the layers of an image in a registry are those that its configuration names. Anybody who may push can put other
 * layers under a configuration, and engines that hold the configuration take such a manifest for the same image. Images whose
 * manifests are proven are not read; of others each layer is downloaded once and hashed, unpacked. Fails with IMAGE_SWAPPED.
 */
export async function checkLayers(
  options: LayerChecking & {
    candidate: Candidate;
    repository: Repository;
    proven?: ReadonlySet<Digest> | undefined;
  },
): Promise<void> {
  const { candidate, proven = new Set(), layerMemory, onNote } = options;
  if (proven.has(candidate.manifest.digest)) return;
  const images = candidate.images.filter(({ manifest }) => !proven.has(manifest.digest));
  if (images.length === 0) return;
  const known = new Map(await layerMemory?.read());
  const unread = [...layersOf(images).values()].filter((layer) => !known.has(layer.digest));
  const bytes = unread.reduce((sum, { size }) => sum + size, 0);
  if (unread.length > 0) onNote?.(`reading ${unread.length} layers (${formatBytes(bytes)}) to compare them`);
  const found = new Map<Digest, Digest>();
  await someAtOnce(unread, {
    most: AT_ONCE,
    async work(layer) {
      const diffId = await readDiffId({ ...options, layer });
      found.set(layer.digest, diffId);
      known.set(layer.digest, diffId);
      refuseOthers({ candidate, images, known });
    },
  });
  refuseOthers({ candidate, images, known });
  if (found.size > 0) await layerMemory?.keep(found);
}

function layersOf(images: readonly CandidateImage[]): Map<Digest, Descriptor> {
  return new Map(images.flatMap(({ packed }) => packed).map((layer) => [layer.digest, layer]));
}

/** As soon as it is known: what comes after may be gigabytes. */
function refuseOthers(options: {
  candidate: Candidate;
  images: readonly CandidateImage[];
  known: ReadonlyMap<Digest, Digest>;
}): void {
  const { candidate, images, known } = options;
  for (const { packed, layers } of images) {
    for (const [at, { digest }] of packed.entries()) {
      const diffId = known.get(digest);
      if (diffId === undefined || diffId === layers[at]) continue;
      throw imageSwapped(
        placeOf(candidate),
        `its layer ${digest} unpacks to ${diffId}, and its configuration names ${layers[at]}`,
      );
    }
  }
}

async function readDiffId(options: {
  candidate: Candidate;
  repository: Repository;
  layer: Descriptor;
  signal: AbortSignal;
}): Promise<Digest> {
  const { candidate, repository, layer, signal } = options;
  // Only where nothing else proves: most releases read no layer.
  const { diffIdOf } = await import("../check/index.ts");
  try {
    return await diffIdOf(await repository.blobs.open(layer, signal));
  } catch (error) {
    if (!isToolError(error, "LAYERS_UNREADABLE")) throw error;
    throw imageSwapped(placeOf(candidate), `its layer ${layer.digest} cannot be unpacked`, error);
  }
}

function placeOf({ repository, manifest }: Candidate): string {
  return `${familiarName(repository)}@${manifest.digest}`;
}
