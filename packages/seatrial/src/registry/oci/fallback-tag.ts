import type { Digest } from "../../model/index.ts";
import { isToolError } from "../../support/error.ts";
import { digestOf } from "../digest.ts";
import { registryError } from "../errors.ts";
import { MEDIA_TYPES } from "../media-types.ts";
import { type ReferrersList, readReferrersList } from "../referrers-list.ts";
import type { Descriptor, Manifest } from "../registry.ts";
import type { Caller } from "./caller.ts";
import { createManifests } from "./manifests.ts";

/** How often a list is written anew because somebody else wrote it at the same time. */
const WRITES_MAX = 10;
const SETTLE_MIN_MS = 20;
const SETTLE_MAX_MS = 2_000;

/** A descriptor as it is or will be written. */
type RawDescriptor = Readonly<Record<string, unknown>>;

interface FallbackOptions {
  subject: Digest;
  signal: AbortSignal;
}

/** What the tag of a subject lists; undefined when there is no such tag. Fails with REFERRERS_TAG_TAKEN when it is no list. */
export async function readFallback(
  caller: Caller,
  { subject, signal }: FallbackOptions,
): Promise<ReferrersList | undefined> {
  const { name } = caller;
  const tag = fallbackTag(subject);
  const manifest = await createManifests(caller).get(tag, signal);
  if (manifest === undefined) return undefined;
  const place = `Tag ${tag} of repository ${name.repository} of registry ${name.registry}`;
  if (manifest.mediaType === MEDIA_TYPES.ociIndex) return readReferrersList(manifest.bytes, place);
  throw registryError({
    code: "REFERRERS_TAG_TAKEN",
    message: `${place} should list what points at ${subject}, and is something else (${manifest.mediaType.slice(0, 100)}).`,
    hint: "The registry has no referrers API, so this tag is needed for it: remove the tag.",
  });
}

/**
 * Adds to the list, one after another within this program. Registries lock nothing, so for others it is read back, and done again
 * until it holds ours: at once, and when whoever read it before we wrote it must have written it too. Only who took much longer
 * than that still undoes it unseen.
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
  let list = await readFallback(caller, options);
  /** Everything that was ever seen in it, and ours: what another writer dropped by accident is put back. */
  const known = new Map<Digest, RawDescriptor>([[descriptor.digest, { ...descriptor }]]);
  /** What one write takes here; different each time, so that two writers do not keep step. */
  let took = 0;
  for (let writes = 0; writes < WRITES_MAX; writes += 1) {
    if (isComplete(list, known)) {
      if (writes === 0) return;
      await settings.sleep(Math.min(SETTLE_MAX_MS, 2 * took), signal);
      list = await readFallback(caller, options);
      if (isComplete(list, known)) return;
    }
    const startedAt = settings.now();
    await write(caller, { ...options, list, known });
    list = await readFallback(caller, options);
    took = settings.now() - startedAt + SETTLE_MIN_MS * settings.random();
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

/** Takes note of what is listed. True when nothing is missing there. */
function isComplete(list: ReferrersList | undefined, known: Map<Digest, RawDescriptor>): boolean {
  const held = rawDescriptors(list);
  for (const [digest, each] of held) if (!known.has(digest)) known.set(digest, each);
  return [...known.keys()].every((digest) => held.has(digest));
}

/** What is listed stays where it is; what is missing comes after it. */
async function write(
  caller: Caller,
  options: FallbackOptions & { list: ReferrersList | undefined; known: Map<Digest, RawDescriptor> },
): Promise<void> {
  const { subject, list, known, signal } = options;
  const manifests = createManifests(caller);
  const put = async (before: ReferrersList | undefined) =>
    await manifests.put(fallbackTag(subject), indexOf(known, before), signal);
  try {
    await put(list);
  } catch (error) {
    if (!isToolError(error, "REGISTRY_REFUSED")) throw error;
    // Registries refuse a list of what is not there; somebody may have deleted what it still names.
    const gone: Digest[] = [];
    for (const digest of known.keys())
      if ((await manifests.resolve(digest, signal)) === undefined) gone.push(digest);
    const usable = list && { ...list, entries: list.entries.filter((each) => each.descriptor !== undefined) };
    // Of what we cannot use nobody can tell whether it is there.
    if (gone.length === 0 && usable?.entries.length === list?.entries.length) throw error;
    for (const digest of gone) known.delete(digest);
    await put(gone.length === 0 ? usable : list);
  }
}

/** What else the list says, such as annotations, and entries that we cannot use, stays as well. */
function indexOf(known: ReadonlyMap<Digest, RawDescriptor>, before: ReferrersList | undefined): Manifest {
  const mediaType = MEDIA_TYPES.ociIndex;
  const held = rawDescriptors(before);
  const listed = (before?.entries ?? [])
    .filter(({ descriptor }) => descriptor === undefined || known.has(descriptor.digest))
    .map(({ raw }) => raw);
  const missing = [...known].flatMap(([digest, raw]) => (held.has(digest) ? [] : [raw]));
  const content = { ...before?.raw, schemaVersion: 2, mediaType, manifests: [...listed, ...missing] };
  const bytes = Buffer.from(JSON.stringify(content));
  return { digest: digestOf(bytes), mediaType, bytes };
}

function rawDescriptors(list: ReferrersList | undefined): Map<Digest, RawDescriptor> {
  const entries = list?.entries ?? [];
  return new Map(
    entries.flatMap(({ descriptor, raw }) =>
      descriptor === undefined ? [] : [[descriptor.digest, raw as RawDescriptor]],
    ),
  );
}
