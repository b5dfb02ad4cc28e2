import { engineError } from "../../engine/index.ts";
import type { ImageDetails, ImageIdentity, ImageReading, ImageSize } from "../../model/index.ts";
import type { CheckContext } from "../context.ts";
import type { CheckPlan } from "../plan.ts";
import { readSecrets, type SearchedSecret } from "../secrets/values.ts";
import { buildIndex } from "./build-index.ts";
import { openReadingCache } from "./cache.ts";
import { type ComparedLayer, compareImages } from "./difference.ts";
import { readEntryLog } from "./entry-log.ts";
import type { ImageIndex } from "./image-index.ts";
import { readingsFolder } from "./kept.ts";
import { cachedReadings, type ImageReadings, loadReadings } from "./load-readings.ts";
import { createScanner } from "./scanner.ts";
import { measureWaste, type Waste } from "./waste.ts";

export interface ReadImages {
  release: ImageIndex;
  reading: ImageReading;
  waste: Waste;
  secrets: SearchedSecret[];
}

/** Reads the layers of the release image, and of the test image for comparison: from the cache, else in one export. */
export async function readImages(options: {
  plan: CheckPlan;
  context: CheckContext;
  signal: AbortSignal;
}): Promise<ReadImages> {
  const { plan, context, signal } = options;
  const { engine, release, note } = context;
  const test = context.test?.imageId === release.imageId ? undefined : context.test;
  const details = await inspect(context, release);
  const secrets = await readSecrets(plan.secrets?.values ?? [], context.env);
  const named = secrets.flatMap((secret) =>
    "forms" in secret ? secret.forms.map((form) => ({ ...form, secret: secret.id })) : [],
  );
  const cache = await openReadingCache({ folder: readingsFolder(context.cacheFolder), secrets: named });
  let [ofRelease, ofTest] = await Promise.all([
    cachedReadings(release, cache),
    test && cachedReadings(test, cache),
  ]);
  const wanted = [
    ...(ofRelease === undefined ? [release] : []),
    ...(test !== undefined && ofTest === undefined && plan.measureTest ? [test] : []),
  ];
  if (wanted.length > 0) {
    const scanner = createScanner(named);
    const loaded = await loadReadings({ images: wanted, engine, cache, scanner, note, signal });
    ofRelease ??= loaded.get(release.imageId);
    ofTest ??= test && loaded.get(test.imageId);
  }
  if (ofRelease === undefined) throw new Error("an image was loaded and is not there");

  const index = buildIndex({ ...ofRelease, details, secrets: named, instructions: plan.instructions });
  const waste = measureWaste(index.layers);
  const paths = waste.paths.map(({ path: file, bytes, copies }) => ({ path: file, bytes, copies }));
  const reading: ImageReading = {
    release: sizeOf(release, ofRelease),
    test: test && sizeOf(test, ofTest),
    waste: { own: waste.own, base: waste.base, paths },
    difference:
      test !== undefined && ofTest !== undefined && isSibling(release, test)
        ? compareImages({ release: index.layers, test: layersOf(ofTest, release) })
        : undefined,
  };
  return { release: index, reading, waste, secrets };
}

/** The test image is not made of the release image and something on top. */
function isSibling(release: ImageIdentity, test: ImageIdentity): boolean {
  return release.layers.some((layer, index) => layer !== test.layers[index]);
}

/** What a test image has beside what it shares with the release image is the project's own, as far as anybody knows. */
function layersOf({ readings }: ImageReadings, release: ImageIdentity): ComparedLayer[] {
  return readings.map(({ diffId, entries }) => ({
    own: !release.layers.includes(diffId),
    entries: () => readEntryLog(entries),
  }));
}

async function inspect({ engine, signal }: CheckContext, image: ImageIdentity): Promise<ImageDetails> {
  const details = await engine.images.inspect(image.imageId, signal);
  if (details !== undefined) return details;
  throw engineError({
    code: "IMAGE_NOT_FOUND",
    message: `The engine does not hold image ${image.target} (${image.imageId}) any more.`,
    hint: "Something else removes images from this engine at the same time.",
  });
}

function sizeOf(image: ImageIdentity, known: ImageReadings | undefined): ImageSize {
  return {
    imageId: image.imageId,
    uncompressed: known?.readings.reduce((sum, { size }) => sum + size, 0) ?? image.size,
    transferred: known?.readings.reduce((sum, { compressed }) => sum + compressed, 0),
    layers: image.layers.length,
  };
}
