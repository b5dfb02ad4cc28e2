import type { Digest } from "../../model/index.ts";
import { digestOf, isDigest } from "../digest.ts";
import { MANIFEST_MAX, manifestTooLarge, parseManifestJson } from "../manifest.ts";
import { isManifestType, MEDIA_TYPES } from "../media-types.ts";
import { checkTagOrDigest } from "../reference.ts";
import type { Descriptor, Manifest, Manifests } from "../registry.ts";
import { bytesOf } from "./body.ts";
import type { Caller } from "./caller.ts";
import { digestMismatch, mediaTypeOf, saidDigest } from "./content.ts";
import { listTags } from "./tags.ts";
import type { Answer } from "./transport.ts";

const ACCEPT = [
  MEDIA_TYPES.ociManifest,
  MEDIA_TYPES.ociIndex,
  MEDIA_TYPES.dockerManifest,
  MEDIA_TYPES.dockerIndex,
].join(", ");

/** The manifests of one repository. */
export function createManifests(caller: Caller): Manifests {
  const { name, ask, ignore } = caller;

  async function get(reference: string, signal: AbortSignal): Promise<Manifest | undefined> {
    checkTagOrDigest(reference);
    const call = {
      method: "GET",
      path: `manifests/${reference}`,
      headers: { accept: ACCEPT },
      what: `read manifest ${reference}`,
      accepts: [404],
      signal,
    } as const;
    return await ask(call, async (answer) => {
      if (answer.status === 404) return await ignore(answer, signal).then(() => undefined);
      const bytes = await bytesOf(answer, { ...caller.reading(signal), max: MANIFEST_MAX });
      return readAnswer(answer, { reference, bytes });
    });
  }

  /** The bytes are compared with everything that says what they should be. */
  function readAnswer(
    answer: Answer,
    { reference, bytes }: { reference: string; bytes: Buffer | undefined },
  ): Manifest {
    const where = `Manifest ${reference} of ${name.registry}/${name.repository}`;
    if (bytes === undefined) throw manifestTooLarge(where);
    const content = parseManifestJson(bytes, where);
    const digest = digestOf(bytes);
    const promised = isDigest(reference) ? reference : saidDigest(answer);
    if (promised !== undefined && promised !== digest)
      throw digestMismatch(
        name,
        `Manifest ${reference} should be ${promised}, and what was sent is ${digest}`,
      );
    const sentAs = mediaTypeOf(answer);
    const own = typeof content.mediaType === "string" ? content.mediaType : undefined;
    // Some registries call everything JSON; the bytes are what the digest speaks of.
    return { digest, mediaType: isManifestType(sentAs) ? sentAs : (own ?? sentAs), bytes };
  }

  async function resolve(reference: string, signal: AbortSignal): Promise<Descriptor | undefined> {
    checkTagOrDigest(reference);
    const call = {
      method: "HEAD",
      path: `manifests/${reference}`,
      headers: { accept: ACCEPT },
      what: `look at manifest ${reference}`,
      accepts: [404, 405],
      signal,
    } as const;
    const found = await ask(call, async (answer) => {
      await ignore(answer, signal);
      return answer.status === 404 ? undefined : (readHead(answer, reference) ?? "unclear");
    });
    if (found !== "unclear") return found;
    const manifest = await get(reference, signal);
    return (
      manifest && { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length }
    );
  }

  /** Undefined when the head leaves something open. */
  function readHead(answer: Answer, reference: string): Descriptor | undefined {
    const digest = saidDigest(answer);
    const mediaType = mediaTypeOf(answer);
    const size = Number(answer.headers["content-length"] ?? Number.NaN);
    if (answer.status !== 200 || digest === undefined || !isManifestType(mediaType)) return undefined;
    if (!Number.isSafeInteger(size) || size <= 0) return undefined;
    if (isDigest(reference) && digest !== reference)
      throw digestMismatch(name, `Manifest ${reference} is said to be ${digest}`);
    return { mediaType, digest, size };
  }

  return {
    get,
    resolve,
    async put(reference, manifest, signal) {
      await putManifest(caller, { reference, manifest, signal });
    },
    tags: async (signal) => await listTags(caller, signal),
  };
}

/** Stores a manifest. Gives the subject that the registry has taken note of, if it says so. */
export async function putManifest(
  caller: Caller,
  options: { reference: string; manifest: Manifest; signal: AbortSignal },
): Promise<Digest | undefined> {
  const { reference, manifest, signal } = options;
  const { name, ask, ignore } = caller;
  const { digest, mediaType, bytes } = manifest;
  checkTagOrDigest(reference);
  signal.throwIfAborted();
  if (digestOf(bytes) !== digest || (isDigest(reference) && reference !== digest))
    throw digestMismatch(name, `What is to be pushed as ${reference} is not what ${digest} says`);
  const call = {
    method: "PUT",
    path: `manifests/${reference}`,
    headers: { "content-type": mediaType },
    body: bytes,
    what: `push manifest ${reference}`,
    push: true,
    signal,
  } as const;
  return await ask(call, async (answer) => {
    await ignore(answer, signal);
    const stored = saidDigest(answer);
    if (stored !== undefined && stored !== digest)
      throw digestMismatch(name, `Manifest ${reference} was pushed as ${digest} and stored as ${stored}`);
    const subject = answer.headers["oci-subject"];
    return isDigest(subject) ? subject : undefined;
  });
}
