import type { Digest } from "../../model/index.ts";
import { digestOf } from "../digest.ts";
import { registryError } from "../errors.ts";
import { type ImageIndex, readManifest } from "../manifest.ts";
import { MEDIA_TYPES } from "../media-types.ts";
import type { Descriptor } from "../registry.ts";
import type { Caller } from "./caller.ts";
import { createManifests } from "./manifests.ts";

/** How often a list is written anew because somebody else wrote it at the same time. */
const WRITES_MAX = 10;

interface FallbackOptions {
  subject: Digest;
  signal: AbortSignal;
}

/** What the tag of a subject lists; undefined when there is no such tag. Fails with REFERRERS_TAG_TAKEN when it is no list. */
export async function readFallback(
  caller: Caller,
  { subject, signal }: FallbackOptions,
): Promise<ImageIndex | undefined> {
  const { name } = caller;
  const tag = fallbackTag(subject);
  const manifest = await createManifests(caller).get(tag, signal);
  if (manifest === undefined) return undefined;
  const place = `Tag ${tag} of repository ${name.repository} of registry ${name.registry}`;
  const content = manifest.mediaType === MEDIA_TYPES.ociIndex ? readManifest(manifest, place) : undefined;
  if (content?.kind === "index") return content;
  throw registryError({
    code: "REFERRERS_TAG_TAKEN",
    message: `${place} should list what points at ${subject}, and is something else (${manifest.mediaType.slice(0, 100)}).`,
    hint: "The registry has no referrers API, so this tag is needed for it: remove the tag.",
  });
}

/**
 * Adds to the list, one after another within this program. Registries lock nothing, so for others it is read back, and done again
 * until it holds ours; who read it before we wrote it, and writes after we read it back, still undoes it unseen.
 */
export async function addToFallback(
  caller: Caller,
  options: FallbackOptions & { descriptor: Descriptor },
): Promise<void> {
  const key = `${caller.name.repository} ${options.subject}`;
  await caller.host.oneAtATime(key, async () => await add(caller, options));
}

async function add(caller: Caller, options: FallbackOptions & { descriptor: Descriptor }): Promise<void> {
  const { subject, descriptor, signal } = options;
  const { settings } = caller.host;
  const { put } = createManifests(caller);
  let index = await readFallback(caller, options);
  /** Everything that was ever seen in it: what another writer dropped by accident is put back. */
  const known = new Map<Digest, Descriptor>();
  for (let writes = 0; writes < WRITES_MAX; writes += 1) {
    for (const each of index?.manifests ?? []) known.set(each.digest, each);
    if (holdsAll(index, known) && known.has(descriptor.digest)) return;
    known.set(descriptor.digest, descriptor);
    // The first to come back would only be overwritten by those that are still writing.
    if (writes > 0) await settings.sleep(Math.round(settings.random() * 100 * writes), signal);
    const manifest = indexOf([...known.values()], index);
    await put(fallbackTag(subject), manifest, signal);
    index = await readFallback(caller, options);
  }
  throw registryError({
    code: "REFERRER_NOT_LISTED",
    message: `Could not add ${descriptor.digest} to what points at ${subject} in repository ${caller.name.repository} of registry ${caller.name.registry}: others write tag ${fallbackTag(subject)} all the time.`,
    hint: "Run it again.",
  });
}

/** The tag that stands in for the referrers API, by the distribution specification. */
export function fallbackTag(subject: Digest): string {
  return subject.replace(":", "-");
}

function holdsAll(index: ImageIndex | undefined, known: ReadonlyMap<Digest, Descriptor>): boolean {
  const held = new Set(index?.manifests.map((each) => each.digest));
  return [...known.keys()].every((digest) => held.has(digest));
}

function indexOf(manifests: Descriptor[], before: ImageIndex | undefined) {
  const mediaType = MEDIA_TYPES.ociIndex;
  const annotations = before?.annotations ?? {};
  const content = {
    schemaVersion: 2,
    mediaType,
    manifests,
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
  const bytes = Buffer.from(JSON.stringify(content));
  return { digest: digestOf(bytes), mediaType, bytes };
}
