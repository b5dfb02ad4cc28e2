import type { ToolError } from "../support/error.ts";
import { isDigest } from "./digest.ts";
import { registryError } from "./errors.ts";
import { checkDepth } from "./json-depth.ts";
import { isIndexType, MEDIA_TYPES } from "./media-types.ts";
import type { Descriptor, Manifest } from "./registry.ts";

/** What an image's manifest says. */
export interface ImageManifest {
  kind: "image";
  config: Descriptor;
  /** The lowest first. */
  layers: Descriptor[];
  artifactType?: string | undefined;
  subject?: Descriptor | undefined;
  annotations: Record<string, string>;
}

/** What an index says: a manifest for each platform, or referrers. */
export interface ImageIndex {
  kind: "index";
  manifests: Descriptor[];
  artifactType?: string | undefined;
  subject?: Descriptor | undefined;
  annotations: Record<string, string>;
}

/** The largest manifest that is read, in bytes: what the distribution specification asks registries to take. */
export const MANIFEST_MAX = 4 * 1024 * 1024;
const DEPTH_MAX = 32;

/** Reads a manifest's bytes. Fails with MANIFEST_INVALID; `where` says in the message what it is. */
export function readManifest(
  manifest: Pick<Manifest, "mediaType" | "bytes">,
  where: string,
): ImageManifest | ImageIndex {
  const invalid = (why: string, cause?: unknown) => manifestInvalid({ where, why, cause });
  const { mediaType, bytes } = manifest;
  const isIndex = isIndexType(mediaType);
  if (!isIndex && mediaType !== MEDIA_TYPES.ociManifest && mediaType !== MEDIA_TYPES.dockerManifest) {
    throw invalid(`${JSON.stringify(mediaType.slice(0, 100))} is no type of manifest that we know`);
  }
  const raw = parseManifestJson(bytes, where);
  // Bytes that can be taken for one thing here and another there are an attack, not a manifest.
  if (raw.mediaType !== undefined && raw.mediaType !== mediaType)
    throw invalid(`it calls itself ${JSON.stringify(raw.mediaType)} and was sent as ${mediaType}`);
  if (isIndex ? "layers" in raw || "config" in raw : "manifests" in raw)
    throw invalid("it is an image's manifest and an index at once");
  const read = (value: unknown, what: string) =>
    readDescriptor(value, () => invalid(`its ${what} is no descriptor`));
  const list = (value: unknown, what: string) => {
    // Some registries write an empty list so.
    if (value === null) return [];
    if (!Array.isArray(value)) throw invalid(`it has no list of ${what}`);
    return value.map((each, at) => read(each, `${what}[${at}]`));
  };
  const shared = {
    artifactType: typeof raw.artifactType === "string" ? raw.artifactType : undefined,
    subject: raw.subject === undefined ? undefined : read(raw.subject, "subject"),
    annotations: readTexts(raw.annotations),
  };
  return isIndex
    ? { kind: "index", manifests: list(raw.manifests, "manifests"), ...shared }
    : { kind: "image", config: read(raw.config, "config"), layers: list(raw.layers, "layers"), ...shared };
}

/** The JSON object in a manifest's bytes; never more than 4 MB, never nested deeper than any real one. */
export function parseManifestJson(bytes: Buffer, where: string): Record<string, unknown> {
  if (bytes.length > MANIFEST_MAX) throw manifestTooLarge(where);
  if (!checkDepth(bytes, DEPTH_MAX)) throw manifestInvalid({ where, why: "it is nested too deeply" });
  try {
    const raw: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof raw === "object" && raw !== null && !Array.isArray(raw)) return raw as Record<string, unknown>;
  } catch (cause) {
    throw manifestInvalid({ where, why: "it is not JSON", cause });
  }
  throw manifestInvalid({ where, why: "it is not a JSON object" });
}

/** A descriptor as JSON has it. `invalid` makes the error of one that is none. */
export function readDescriptor(value: unknown, invalid: () => Error): Descriptor {
  const raw = (value ?? {}) as Record<string, unknown>;
  const { mediaType, digest, size, artifactType } = raw;
  const isSize = typeof size === "number" && Number.isSafeInteger(size) && size >= 0;
  if (typeof mediaType !== "string" || !isDigest(digest) || !isSize) throw invalid();
  const annotations = readTexts(raw.annotations);
  return {
    mediaType,
    digest,
    size,
    ...(typeof artifactType === "string" && { artifactType }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
    ...platformOf(raw.platform),
  };
}

function platformOf(value: unknown): Pick<Descriptor, "platform"> {
  const { os, architecture, variant } = (value ?? {}) as Record<string, unknown>;
  if (typeof os !== "string" || typeof architecture !== "string") return {};
  return { platform: { os, architecture, ...(typeof variant === "string" && { variant }) } };
}

function readTexts(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

export function manifestTooLarge(where: string): ToolError {
  return manifestInvalid({ where, why: `it is larger than ${MANIFEST_MAX} bytes` });
}

function manifestInvalid(options: { where: string; why: string; cause?: unknown }): ToolError {
  return registryError({
    code: "MANIFEST_INVALID",
    message: `${options.where} is no manifest that can be used: ${options.why}.`,
    hint: "Look at what the registry has there, for example with `docker manifest inspect`.",
    cause: options.cause,
  });
}
