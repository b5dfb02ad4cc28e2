import type { Engine } from "../engine/index.ts";
import type { Digest, ImageDetails, ImageIdentity } from "../model/index.ts";
import { EXIT } from "../support/error.ts";
import { imageError } from "./errors.ts";
import { identityOf } from "./identity.ts";
import { runTag } from "./names.ts";

/** An image that is tested as it lies in a registry, in place of one that is built. */
export interface GivenImage {
  /** The key of the target that it was built from. */
  target: string;
  /** `repository@sha256:…` */
  reference: string;
  /** Who it must be, where the one who pushed it said so. */
  imageId?: Digest | undefined;
  layers?: Digest[] | undefined;
}

const BY_DIGEST = /^(?:(?<target>[^@=]+)=)?(?<reference>[^@=]+@sha256:[0-9a-f]{64})$/;

/** Reads `[target=]repository@sha256:…`. Fails with IMAGE_NOT_BY_DIGEST: what a tag names may change between two jobs. */
export function parseGivenImage(text: string): { target: string | undefined; reference: string } {
  const { target, reference } = BY_DIGEST.exec(text)?.groups ?? {};
  if (reference !== undefined) return { target, reference };
  throw imageError({
    code: "IMAGE_NOT_BY_DIGEST",
    message: `${JSON.stringify(text)} does not name an image by its digest.`,
    hint: "Write [target=]repository@sha256:…; `seatrial build --push` says the digests, and keeps them in .seatrial/images.json.",
    exitCode: EXIT.usage,
  });
}

/** Pulls the images that are missing, checks that they are who they should be, and holds them by a tag of the run. */
export async function takeGivenImages(options: {
  project: string;
  run: string;
  given: readonly GivenImage[];
  engine: Engine;
  onNote: (note: string) => void;
  signal: AbortSignal;
}): Promise<ImageIdentity[]> {
  return await Promise.all(options.given.map((given) => takeGiven({ ...options, given })));
}

async function takeGiven(
  options: Omit<Parameters<typeof takeGivenImages>[0], "given"> & { given: GivenImage },
): Promise<ImageIdentity> {
  const { project, run, given, engine, onNote, signal } = options;
  const { reference, target } = given;
  const held = await engine.images.inspect(reference, signal);
  if (held === undefined) onNote(`pulling ${reference}`);
  const image =
    held ??
    (await engine.images.pull(reference, {
      onProgress: (note) => onNote(`pulling ${reference}: ${note}`),
      signal,
    }));
  checkSame(given, image);
  await engine.images.tag(image.id, runTag({ project, key: target, run }), signal);
  return { ...identityOf(target, image), manifest: digestIn(reference) };
}

function digestIn(reference: string): Digest {
  return reference.slice(reference.indexOf("@") + 1) as Digest;
}

/** Engines name an image by its configuration or, with the containerd store, by its manifest. */
function checkSame(given: GivenImage, image: ImageDetails): void {
  const { imageId, layers, reference } = given;
  const sameId = imageId === undefined || image.id === imageId || image.id === digestIn(reference);
  const sameLayers = layers === undefined || layers.join() === image.layers.join();
  if (sameId && sameLayers) return;
  throw imageError({
    code: "IMAGE_NOT_SAME",
    message: `${reference} is not the image that was built as target ${given.target}: its ${sameId ? "layers differ" : `id is ${image.id}, not ${imageId}`}.`,
    hint: "The list of pushed images does not belong to what lies in the registry. Build and push again.",
  });
}
