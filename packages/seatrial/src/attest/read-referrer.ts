import type { Digest } from "../model/index.ts";
import { type Descriptor, type Repository, readManifest } from "../registry/index.ts";
import { isToolError, messageOf } from "../support/error.ts";
import { BUNDLE_MEDIA_TYPE, openBundle } from "./bundle.ts";
import type { Objection } from "./ignored.ts";
import type { PublicKey } from "./public-key.ts";

/** A bundle that one of the keys signed. Its payload is not looked into yet. */
export interface SignedBundle {
  referrer: Digest;
  keyId: string;
  payload: Buffer;
  /** As it is stored. */
  bytes: Buffer;
}

export interface ReadReferrerOptions {
  repository: Repository;
  /** What it should be about. */
  subject: Digest;
  keys: readonly PublicKey[];
  referrer: Descriptor;
  signal: AbortSignal;
}

/** Far more than our longest statement has. */
export const LARGEST_BUNDLE = 8 * 1024 * 1024;

/** What is a fault of one referrer only: the others still count. */
const OF_ONE_REFERRER = ["MANIFEST_INVALID", "BLOB_NOT_FOUND", "REGISTRY_DIGEST_MISMATCH"];

/** Reads one referrer of unknown origin and checks its signature. Fails only when the registry does. */
export async function readReferrer(options: ReadReferrerOptions): Promise<SignedBundle | Objection> {
  try {
    const layer = await bundleLayer(options);
    if ("why" in layer) return layer;
    const bytes = await readBlob({ ...options, layer });
    return "why" in bytes ? bytes : openReferrer(bytes, options);
  } catch (error) {
    if (!OF_ONE_REFERRER.some((code) => isToolError(error, code))) throw error;
    return { why: "unusable", message: messageOf(error) };
  }
}

async function bundleLayer(options: ReadReferrerOptions): Promise<Descriptor | Objection> {
  const { repository, referrer, subject, signal } = options;
  const unusable = (message: string): Objection => ({ why: "unusable", message });
  const manifest = await repository.manifests.get(referrer.digest, signal);
  if (manifest === undefined) return unusable("it is listed, and the registry does not have it");
  const read = readManifest(manifest, `The referrer ${referrer.digest}`);
  if (read.kind !== "image") return unusable("it is an index, where a manifest with a bundle should be");
  // Whoever may write the fallback tag may list anything there.
  if (read.subject?.digest !== subject)
    return { why: "other-image", message: `it is about ${read.subject?.digest ?? "no image"}` };
  const [layer, ...others] = read.layers;
  if (layer?.mediaType !== BUNDLE_MEDIA_TYPE || others.length > 0)
    return unusable("it does not hold exactly one bundle");
  return layer;
}

/** Never more than the limit, whatever the manifest says of its size. */
async function readBlob(options: ReadReferrerOptions & { layer: Descriptor }): Promise<Buffer | Objection> {
  const { repository, layer, signal } = options;
  const tooLarge: Objection = {
    why: "too-large",
    message: `its bundle has more than ${LARGEST_BUNDLE} bytes`,
  };
  if (layer.size > LARGEST_BUNDLE) return tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of await repository.blobs.open(layer, signal)) {
    size += (chunk as Buffer).length;
    // Leaving the loop closes the stream.
    if (size > LARGEST_BUNDLE) return tooLarge;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function openReferrer(bytes: Buffer, { keys, referrer }: ReadReferrerOptions): SignedBundle | Objection {
  const opened = openBundle(bytes, keys);
  switch (opened.state) {
    case "signed":
      return { referrer: referrer.digest, keyId: opened.keyId, payload: opened.payload, bytes };
    case "unusable":
      return { why: "unusable", message: `its bundle is ${opened.found}` };
    case "unsigned": {
      const { hint } = opened;
      if (keys.some(({ keyId }) => keyId === hint))
        return {
          why: "changed",
          message: "it names a key that was given, which did not sign what is there now",
        };
      const named = hint === "" ? "no key" : hint;
      return { why: "unknown-key", message: `signed by none of the keys that were given; it names ${named}` };
    }
  }
}
