import type { Digest, Platform } from "../../model/index.ts";
import { digestOf } from "../digest.ts";
import { MEDIA_TYPES } from "../media-types.ts";
import type { Descriptor, Manifest, RegistryClient, RepositoryName } from "../registry.ts";
import type { MemoryFault } from "./faults.ts";
import { connectMemory } from "./repository.ts";
import { type MemoryStore, manifestIn, repositoryIn } from "./store.ts";

export interface MemoryRegistryOptions {
  faults?: MemoryFault[] | undefined;
}

/** Registries under any host name, for tests: all clients see the same, and tests see behind them. */
export interface MemoryRegistry {
  connect(): RegistryClient;
  /** Puts a fault in, also between two calls. Returns what takes it out again. */
  fault(fault: MemoryFault): () => void;
  /** Puts an image there as `docker push` would. */
  addImage(name: RepositoryName, options?: MemoryImageOptions): MemoryImage;
  /** What a tag names at present. */
  tagged(name: RepositoryName, tag: string): Digest | undefined;
  /** Moves a tag as somebody else would. The digest may be one that is not there. */
  setTag(name: RepositoryName, tag: string, digest: Digest): void;
  /** Puts a blob there whose bytes may be any. */
  setBlob(name: RepositoryName, digest: Digest, bytes: Buffer): void;
}

export interface MemoryImageOptions {
  tag?: string | undefined;
  /** What each layer holds, compressed or not: nobody looks. Default: one layer. */
  layers?: (string | Buffer)[] | undefined;
  /** Their diff ids in the configuration. Default: the layers' own digests. */
  diffIds?: Digest[] | undefined;
  /** Default `linux/amd64`. */
  platform?: Platform | undefined;
  /** Further fields of the configuration, such as `config`. */
  configuration?: Record<string, unknown> | undefined;
}

export interface MemoryImage {
  manifest: Manifest;
  /** The digest of its configuration. */
  imageId: Digest;
  diffIds: Digest[];
  layers: Descriptor[];
}

/** Registries in this process. */
export function createMemoryRegistry(options: MemoryRegistryOptions = {}): MemoryRegistry {
  const store: MemoryStore = new Map();
  const faults = new Set(options.faults ?? []);
  let calls = 0;
  return {
    connect: () =>
      connectMemory({
        store,
        async meet(call) {
          calls += 1;
          const count = calls;
          const acts: (() => void)[] = [];
          const beforeAnswer = (act: () => void) => void acts.push(act);
          for (const fault of [...faults]) await fault({ ...call, count, beforeAnswer });
          return () => {
            for (const act of acts) act();
          };
        },
      }),
    fault(fault) {
      faults.add(fault);
      return () => void faults.delete(fault);
    },
    addImage(name, image = {}) {
      const held = repositoryIn(store, name);
      const add = (bytes: Buffer, mediaType: string): Descriptor => {
        held.blobs.set(digestOf(bytes), bytes);
        return { mediaType, digest: digestOf(bytes), size: bytes.length };
      };
      const layers = (image.layers ?? ["layer"]).map((content) =>
        add(
          typeof content === "string" ? Buffer.from(content) : content,
          "application/vnd.docker.image.rootfs.diff.tar.gzip",
        ),
      );
      const diffIds = image.diffIds ?? layers.map((layer) => layer.digest);
      const [os, architecture, variant] = (image.platform ?? "linux/amd64").split("/");
      const rootfs = { type: "layers", diff_ids: diffIds };
      const configuration = { architecture, os, variant, config: {}, rootfs, ...image.configuration };
      const config = add(
        Buffer.from(JSON.stringify(configuration)),
        "application/vnd.docker.container.image.v1+json",
      );
      const mediaType = MEDIA_TYPES.dockerManifest;
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers }, null, 2));
      const manifest = { digest: digestOf(bytes), mediaType, bytes };
      held.manifests.set(manifest.digest, manifest);
      if (image.tag !== undefined) held.tags.set(image.tag, manifest.digest);
      return { manifest, imageId: config.digest, diffIds, layers };
    },
    tagged: (name, tag) => manifestIn(repositoryIn(store, name), tag)?.digest,
    setTag: (name, tag, digest) => void repositoryIn(store, name).tags.set(tag, digest),
    setBlob: (name, digest, bytes) => void repositoryIn(store, name).blobs.set(digest, bytes),
  };
}
