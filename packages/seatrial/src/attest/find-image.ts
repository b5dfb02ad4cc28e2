import type { Digest, Platform } from "../model/index.ts";
import {
  type Descriptor,
  digestOf,
  familiarName,
  isCompanion,
  type Repository,
  readManifest,
} from "../registry/index.ts";
import { attestError } from "./errors.ts";

/** What statements are about, and what suites ran in. */
export interface FoundImage {
  /** Of the manifest or index behind the name, by its bytes. */
  digest: Digest;
  /** One, or one for each platform of an index. */
  images: PlatformImage[];
}

export interface PlatformImage {
  /** The digest of its configuration; absent when an index names what is not there, or is no image. */
  imageId?: Digest | undefined;
  /** As an index says. */
  platform?: Platform | undefined;
}

/** The most images of an index that are looked at. */
const MOST_IMAGES = 64;

/** Finds the image behind a tag or digest. Fails with ATTESTED_IMAGE_NOT_FOUND. */
export async function findImage(options: {
  repository: Repository;
  reference: string;
  signal: AbortSignal;
}): Promise<FoundImage> {
  const { repository, reference, signal } = options;
  const manifest = await repository.manifests.get(reference, signal);
  const place = `${familiarName(repository.name)} ${reference}`;
  if (manifest === undefined)
    throw notFound(
      `${familiarName(repository.name)} has no manifest ${reference}; its registry was asked ${repository.login()}.`,
    );
  const digest = digestOf(manifest.bytes);
  const read = readManifest(manifest, place);
  if (read.kind === "image") return { digest, images: [{ imageId: read.config.digest }] };
  const children = read.manifests.filter((each) => !isCompanion(each));
  if (children.length === 0) throw notFound(`${place} is an index without an image.`);
  if (children.length > MOST_IMAGES) throw notFound(`${place} is an index of ${children.length} images.`);
  const images = children.map(async (child) => ({
    imageId: await configurationOf(child, options),
    platform: platformOf(child),
  }));
  return { digest, images: await Promise.all(images) };
}

async function configurationOf(
  { digest }: Descriptor,
  options: { repository: Repository; signal: AbortSignal },
): Promise<Digest | undefined> {
  const manifest = await options.repository.manifests.get(digest, options.signal);
  const read = manifest && readManifest(manifest, `The manifest ${digest}`);
  return read?.kind === "image" ? read.config.digest : undefined;
}

function platformOf({ platform }: Descriptor): Platform {
  if (platform === undefined) return "unknown";
  const { os, architecture, variant } = platform;
  return [os, architecture, variant].filter((part) => part !== undefined).join("/");
}

function notFound(message: string) {
  return attestError({
    code: "ATTESTED_IMAGE_NOT_FOUND",
    message,
    hint: "Check the name. Registries may answer so to those who have no right to it.",
  });
}
