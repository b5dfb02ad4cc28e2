import type { ToolError } from "../support/error.ts";
import { lookAlike } from "../support/exact-keys.ts";
import { readStrictJson } from "../support/strict-json.ts";
import { isDigest } from "./digest.ts";
import { registryError } from "./errors.ts";
import { checkDepth } from "./json-depth.ts";
import { isIndexType, isManifestType } from "./media-types.ts";
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

/** What the two kinds of manifest, their descriptors and a descriptor's platform have. */
const FIELDS = ["schemaVersion", "mediaType", "artifactType", "config", "layers", "manifests", "subject"];
const KEYS = {
  manifest: [...FIELDS, "annotations"],
  descriptor: ["mediaType", "digest", "size", "urls", "annotations", "data", "platform", "artifactType"],
  platform: ["os", "architecture", "variant", "os.version", "os.features", "features"],
};

/** Reads a manifest's bytes. Fails with MANIFEST_INVALID, also where others may read something else; `where` says in the message what it is. */
export function readManifest(
  manifest: Pick<Manifest, "mediaType" | "bytes">,
  where: string,
): ImageManifest | ImageIndex {
  const invalid = (why: string) => manifestInvalid({ where, why });
  const raw = readFields(manifest, where);
  const read = (value: unknown, what: string) => {
    const descriptor = readDescriptor(value);
    if (typeof descriptor === "string") throw invalid(`its ${what} ${descriptor}`);
    return descriptor;
  };
  const list = (what: "manifests" | "layers") =>
    listIn(raw, { what, where }).map((each, at) => read(each, `${what}[${at}]`));
  const shared = {
    artifactType: typeof raw.artifactType === "string" ? raw.artifactType : undefined,
    subject: raw.subject === undefined ? undefined : read(raw.subject, "subject"),
    annotations: readTexts(raw.annotations),
  };
  return isIndexType(manifest.mediaType)
    ? { kind: "index", manifests: list("manifests"), ...shared }
    : { kind: "image", config: read(raw.config, "config"), layers: list("layers"), ...shared };
}

/** The fields of a manifest whose bytes are what it was sent as, and nothing else to anybody. Fails with MANIFEST_INVALID. */
export function readFields(
  { mediaType, bytes }: Pick<Manifest, "mediaType" | "bytes">,
  where: string,
): Record<string, unknown> {
  const invalid = (why: string) => manifestInvalid({ where, why });
  const isIndex = isIndexType(mediaType);
  if (!isManifestType(mediaType))
    throw invalid(`${JSON.stringify(mediaType.slice(0, 100))} is no type of manifest that we know`);
  const raw = parseManifestJson(bytes, where);
  // Bytes that can be taken for one thing here and another there are an attack, not a manifest.
  if (raw.mediaType !== undefined && raw.mediaType !== mediaType)
    throw invalid(`it calls itself ${JSON.stringify(raw.mediaType)} and was sent as ${mediaType}`);
  if (isIndex ? "layers" in raw || "config" in raw : "manifests" in raw)
    throw invalid("it is an image's manifest and an index at once");
  const other = lookAlike(raw, KEYS.manifest);
  if (other !== undefined) throw invalid(`it ${twisted(other)}`);
  return raw;
}

/** The list in one of a manifest's fields, as it is written. */
export function listIn(
  raw: Record<string, unknown>,
  { what, where }: { what: "manifests" | "layers"; where: string },
): unknown[] {
  const value = raw[what];
  // Some registries write an empty list so.
  if (value === null) return [];
  if (Array.isArray(value)) return value;
  throw manifestInvalid({ where, why: `it has no list of ${what}` });
}

/** The JSON object in a manifest's bytes; never more than 4 MB, never nested deeper than any real one. */
export function parseManifestJson(bytes: Buffer, where: string): Record<string, unknown> {
  const invalid = (why: string, cause?: unknown) => manifestInvalid({ where, why, cause });
  if (bytes.length > MANIFEST_MAX) throw manifestTooLarge(where);
  if (!checkDepth(bytes, DEPTH_MAX)) throw invalid("it is nested too deeply");
  try {
    JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw invalid("it is not JSON", cause);
  }
  const raw = readStrictJson(bytes);
  if (raw === undefined) throw invalid("one of its keys stands twice, or its text is no UTF-8");
  if (typeof raw === "object" && raw !== null && !Array.isArray(raw)) return raw;
  throw invalid("it is not a JSON object");
}

/** A descriptor as JSON has it, or what is wrong with it: `is no descriptor`. */
export function readDescriptor(value: unknown): Descriptor | string {
  const raw = (value ?? {}) as Record<string, unknown>;
  const other = lookAlike(raw, KEYS.descriptor) ?? lookAlike(raw.platform, KEYS.platform);
  if (other !== undefined) return twisted(other);
  const { mediaType, digest, size, artifactType } = raw;
  const isSize = typeof size === "number" && Number.isSafeInteger(size) && size >= 0;
  if (typeof mediaType !== "string" || !isDigest(digest) || !isSize) return "is no descriptor";
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

/** Docker, containerd and registries read keys without their case, and the last of those that are equal so counts. */
function twisted(key: string): string {
  return `has the key ${JSON.stringify(key)}, which others take for one that is spelled otherwise`;
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

/** MANIFEST_INVALID: `why` ends its sentence. */
export function manifestInvalid(options: { where: string; why: string; cause?: unknown }): ToolError {
  return registryError({
    code: "MANIFEST_INVALID",
    message: `${options.where} is no manifest that can be used: ${options.why}.`,
    hint: "Look at what the registry has there, for example with `docker manifest inspect`.",
    cause: options.cause,
  });
}
