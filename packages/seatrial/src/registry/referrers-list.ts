import { listIn, readDescriptor, readFields } from "./manifest.ts";
import { MEDIA_TYPES } from "./media-types.ts";
import type { Descriptor } from "./registry.ts";

/** What points at a manifest, as a registry or a tag lists it. */
export interface ReferrersList {
  entries: ReferrersEntry[];
  /** All of it as it is written, with what we know nothing of. */
  raw: Record<string, unknown>;
}

export interface ReferrersEntry {
  raw: unknown;
  /** Absent where we cannot use it, such as one with a sha512 digest. */
  descriptor: Descriptor | undefined;
}

/** Reads a list in which others may have written anything: what is no descriptor to us spoils no other. Fails with MANIFEST_INVALID. */
export function readReferrersList(bytes: Buffer, where: string): ReferrersList {
  const raw = readFields({ mediaType: MEDIA_TYPES.ociIndex, bytes }, where);
  const entries = listIn(raw, { what: "manifests", where }).map((each) => {
    const descriptor = readDescriptor(each);
    return { raw: each, descriptor: typeof descriptor === "string" ? undefined : descriptor };
  });
  return { entries, raw };
}

/** Those that can be used. */
export function descriptorsIn({ entries }: ReferrersList): Descriptor[] {
  return entries.flatMap(({ descriptor }) => descriptor ?? []);
}
