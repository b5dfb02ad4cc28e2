import { posix } from "node:path";
import type { Digest, ImageIdentity } from "../../model/index.ts";
import { checkError } from "../errors.ts";
import type { ExportedFiles } from "./read-export.ts";

/** One image of an export: its configuration as text, and for each of its layers the name of its file. */
export interface ExportedImage {
  config: string;
  files: string[];
}

/**
 * Finds an image in what was exported, and makes sure that it is the one that was asked for: its configuration is the one that its id
 * stands for, and the digest of each layer's bytes is the diff id that the configuration and the engine say. Fails with
 * LAYERS_UNREADABLE when anything does not fit.
 */
export function findImage(files: ExportedFiles, image: ImageIdentity): ExportedImage {
  const configs = new Set(configsOf(files, image.imageId));
  // Two images may have the same layers and differ in their configuration.
  const found = manifestsOf(files).filter(({ Config }) => configs.has(hexIn(Config)));
  if (found.length === 0) throw unreadable(image, "the export holds no image with this id");
  const manifest = found.find(({ Config }) => sameLayers(diffIdsOf(files, Config), image.layers));
  const config = manifest && files.texts.get(manifest.Config);
  if (manifest === undefined || config === undefined) {
    throw unreadable(image, "the export holds no image with the layers that the engine says it has");
  }
  const names = manifest.Layers.map((name) => realName(files, name));
  image.layers.forEach((diffId, index) => {
    const read = files.layers.get(names[index] ?? "");
    if (read === undefined) throw unreadable(image, `layer ${index + 1} (${diffId}) is not in the export`);
    if (read.diffId !== diffId)
      throw unreadable(image, `layer ${index + 1} should be ${diffId}, and its bytes are ${read.diffId}`);
  });
  return { config, files: names };
}

interface Manifest {
  Config: string;
  Layers: string[];
}

function manifestsOf(files: ExportedFiles): Manifest[] {
  const list = parse(files.texts.get("manifest.json"));
  if (!Array.isArray(list)) return [];
  return list.filter(
    (each): each is Manifest =>
      typeof each?.Config === "string" &&
      Array.isArray(each.Layers) &&
      each.Layers.every((name: unknown) => typeof name === "string"),
  );
}

/** An index names manifests, and a manifest its configuration. */
const MOST_STEPS = 2;

/**
 * The configurations that an id may stand for, by the digits of their digests: it is the digest of one, or, where the engine keeps
 * its images in containerd, of a manifest or of an index.
 */
function configsOf(files: ExportedFiles, id: string, steps = MOST_STEPS): string[] {
  const blob = parse(files.texts.get(`blobs/sha256/${hexIn(id)}`)) as OciBlob | null | undefined;
  const named = [blob?.config, ...(Array.isArray(blob?.manifests) ? blob.manifests : [])].flatMap((each) =>
    typeof each?.digest === "string" ? each.digest : [],
  );
  if (named.length === 0 || steps === 0) return [hexIn(id)];
  return named.flatMap((digest) => configsOf(files, digest, steps - 1));
}

/** A manifest, an index, or the configuration itself, whose `config` has no digest. */
interface OciBlob {
  config?: { digest?: unknown } | null;
  manifests?: ({ digest?: unknown } | null)[];
}

function hexIn(text: string): string {
  return /[0-9a-f]{64}/.exec(text)?.[0] ?? "";
}

function diffIdsOf(files: ExportedFiles, config: string): unknown {
  return (parse(files.texts.get(config)) as { rootfs?: { diff_ids?: unknown } } | undefined)?.rootfs
    ?.diff_ids;
}

function sameLayers(a: unknown, b: readonly Digest[]): boolean {
  return Array.isArray(a) && a.length === b.length && b.every((diffId, index) => a[index] === diffId);
}

/** Layers that occur twice are links to the first one. */
function realName(files: ExportedFiles, name: string): string {
  let real = posix.normalize(name);
  for (let steps = 0; steps < 10; steps += 1) {
    const target = files.links.get(real);
    if (target === undefined) return real;
    real = posix.normalize(target);
  }
  return real;
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreadable(image: ImageIdentity, what: string) {
  return checkError({
    code: "LAYERS_UNREADABLE",
    message: `The engine does not give out image ${image.target} (${image.imageId}) as it is: ${what}.`,
    hint: "Build or pull it again. If that does not help, the engine's storage is damaged: nothing that it says of the image can be relied on.",
  });
}
