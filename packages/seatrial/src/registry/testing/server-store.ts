import { digestOf } from "../digest.ts";

/** What a repository of the test server holds. Digests are plain texts: tests lie with them. */
export interface ServerRepository {
  blobs: Map<string, Buffer>;
  manifests: Map<string, { mediaType: string; bytes: Buffer }>;
  tags: Map<string, string>;
  /** Uploads under way, by id. */
  uploads: Map<string, Buffer>;
}

export type ServerStore = Map<string, ServerRepository>;

export function serverRepository(store: ServerStore, name: string): ServerRepository {
  const held = store.get(name) ?? {
    blobs: new Map(),
    manifests: new Map(),
    tags: new Map(),
    uploads: new Map(),
  };
  store.set(name, held);
  return held;
}

/** Puts a manifest there without asking anybody; gives its digest. */
export function putDirectly(
  store: ServerStore,
  options: { repository: string; reference: string; mediaType: string; bytes: Buffer },
): string {
  const held = serverRepository(store, options.repository);
  const digest = digestOf(options.bytes);
  held.manifests.set(digest, { mediaType: options.mediaType, bytes: options.bytes });
  if (options.reference !== digest) held.tags.set(options.reference, digest);
  return digest;
}
