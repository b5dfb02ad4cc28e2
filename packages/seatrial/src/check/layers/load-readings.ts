import type { Engine } from "../../engine/index.ts";
import { type Digest, formatBytes, type ImageIdentity } from "../../model/index.ts";
import type { ReadingCache } from "./cache.ts";
import { findImage } from "./exported-image.ts";
import { type ExportedFiles, readExport } from "./read-export.ts";
import type { LayerReading } from "./reading.ts";
import type { Scanner } from "./scanner.ts";

/** What is known of an image's bytes. */
export interface ImageReadings {
  /** Its configuration, as text. */
  config: string;
  /** Of its layers, the lowest first. */
  readings: LayerReading[];
}

export interface LoadReadingsOptions {
  images: readonly ImageIdentity[];
  engine: Engine;
  cache: ReadingCache;
  scanner: Scanner;
  note: (text: string) => void;
  signal: AbortSignal;
}

/** What the cache knows of an image without asking the engine; undefined when anything is missing. */
export async function cachedReadings(
  image: ImageIdentity,
  cache: ReadingCache,
): Promise<ImageReadings | undefined> {
  const [config, ...readings] = await Promise.all([
    cache.config(image.imageId),
    ...image.layers.map((diffId) => cache.layer(diffId)),
  ]);
  const all = readings.filter((reading) => reading !== undefined);
  return config === undefined || all.length < image.layers.length ? undefined : { config, readings: all };
}

/** Exports images in one stream and reads the layers that the cache does not know; what it learns is kept. */
export async function loadReadings(options: LoadReadingsOptions): Promise<Map<Digest, ImageReadings>> {
  const { images, cache } = options;
  const diffIds = [...new Set(images.flatMap(({ layers }) => layers))];
  const readings = new Map<Digest, LayerReading>();
  for (const reading of await Promise.all(diffIds.map((diffId) => cache.layer(diffId))))
    if (reading !== undefined) readings.set(reading.diffId, reading);
  const names = await cache.names();
  const known = (name: string) => {
    const diffId = names.get(name) ?? digestIn(name);
    return diffId !== undefined && readings.has(diffId) ? diffId : undefined;
  };

  const take = ({ layers }: ExportedFiles) => {
    for (const { diffId, reading } of layers.values())
      if (reading !== undefined) readings.set(diffId, reading);
  };
  const fitAll = (exported: ExportedFiles) =>
    images.map((image) => ({ image, exported: findImage(exported, image) }));
  let files = await exportOnce({ ...options, known });
  take(files);
  if (diffIds.some((diffId) => !readings.has(diffId)) && [...files.layers.values()].some(isCompared)) {
    // A file had another layer than in earlier exports, and was not read.
    files = await exportOnce({ ...options, known: () => undefined });
    take(files);
  }
  const fit = fitAll(files);
  await keep({ files, cache, fit });
  return new Map(
    fit.map(({ image, exported }) => [
      image.imageId,
      {
        config: exported.config,
        readings: image.layers.flatMap((diffId) => readings.get(diffId) ?? []),
      },
    ]),
  );
}

const isCompared = ({ reading }: { reading?: LayerReading | undefined }) => reading === undefined;

/** A blob's name is its digest; that of an uncompressed layer is its diff id. */
function digestIn(name: string): Digest | undefined {
  const hex = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(name)?.[1];
  return hex === undefined ? undefined : `sha256:${hex}`;
}

async function exportOnce(
  options: LoadReadingsOptions & { known: (name: string) => Digest | undefined },
): Promise<ExportedFiles> {
  const { images, engine, scanner, known, note, signal } = options;
  note(`waiting for the engine to export ${images.map(({ target }) => target).join(", ")}`);
  const stream = await engine.images.export([...new Set(images.map(({ imageId }) => imageId))], signal);
  let bytes = 0;
  const onLayer = (size: number) => {
    note(`reading layers, ${formatBytes(bytes)} so far`);
    bytes += size;
  };
  return await readExport({ stream, scanner, known, onLayer, signal });
}

async function keep(options: {
  files: ExportedFiles;
  cache: ReadingCache;
  fit: { image: ImageIdentity; exported: { config: string } }[];
}): Promise<void> {
  const { files, cache, fit } = options;
  const layers = [...files.layers.values()].flatMap(({ reading }) => reading ?? []);
  await Promise.all([
    ...layers.map((reading) => cache.keepLayer(reading)),
    ...fit.map(({ image, exported }) => cache.keepConfig(image.imageId, exported.config)),
    cache.keepNames(new Map([...files.layers].map(([name, { diffId }]) => [name, diffId]))),
  ]);
  await cache.prune();
}
