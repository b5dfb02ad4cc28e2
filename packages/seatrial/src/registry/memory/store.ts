import type { Digest } from "../../model/index.ts";
import type { Manifest, RepositoryName } from "../registry.ts";

/** What one repository holds. */
export interface MemoryRepository {
  blobs: Map<Digest, Buffer>;
  manifests: Map<Digest, Manifest>;
  tags: Map<string, Digest>;
}

/** All repositories, by `registry/repository`. */
export type MemoryStore = Map<string, MemoryRepository>;

/** The repository, which is made when it is new. */
export function repositoryIn(store: MemoryStore, { registry, repository }: RepositoryName): MemoryRepository {
  const key = `${registry}/${repository}`;
  const held = store.get(key) ?? { blobs: new Map(), manifests: new Map(), tags: new Map() };
  store.set(key, held);
  return held;
}

/** What a tag or digest names. */
export function manifestIn(held: MemoryRepository, reference: string): Manifest | undefined {
  return held.manifests.get(held.tags.get(reference) ?? (reference as Digest));
}
