import type { Readable } from "node:stream";
import type { Digest, ImageDetails, Platform } from "../model/index.ts";

/** The engine's images. */
export interface ImageEngine {
  /** The image, or undefined when the engine does not hold it. `reference` is an id, a tag or a digest. */
  inspect(reference: string, signal: AbortSignal): Promise<ImageDetails | undefined>;
  /** Downloads an image with the user's registry credentials. Fails with IMAGE_NOT_FOUND, IMAGE_PULL_DENIED or ENGINE_UNREACHABLE. */
  pull(reference: string, options: PullOptions): Promise<ImageDetails>;
  /**
   * Uploads an image that the engine holds under this name, with the user's registry credentials. Gives the digest and the size
   * of the manifest that the registry has now. Fails with IMAGE_NOT_FOUND, IMAGE_PUSH_DENIED, IMAGE_PUSH_FAILED,
   * REGISTRY_UNREACHABLE or ENGINE_UNREACHABLE.
   */
  push(reference: string, options: PushOptions): Promise<PushedManifest>;
  /** Gives an image a further name. */
  tag(id: string, reference: string, signal: AbortSignal): Promise<void>;
  /** Removes a name (and the image with its last one). Missing is fine; in use by a container is fine and keeps it. */
  remove(reference: string, signal: AbortSignal): Promise<void>;
  /** Images that carry all these labels. */
  list(labels: Record<string, string>, signal: AbortSignal): Promise<ImageSummary[]>;
  /** Keeps a container's file system as an image. Contents of volumes and tmpfs are not part of it. */
  commit(workload: string, options: CommitOptions): Promise<ImageDetails>;
  /** Makes an image of one layer from a tar stream. */
  load(tar: NodeJS.ReadableStream, options: LoadOptions): Promise<void>;
  /**
   * Images as one tar stream, as the engine writes them: each layer a tar of its own, a configuration for each image, and
   * `manifest.json` that says which is whose. Layers that they share are there once. Fails with IMAGE_NOT_FOUND when one is missing;
   * the stream fails with ENGINE_CONNECTION_LOST, or with the signal's reason. The reader must read it to its end or destroy it.
   */
  export(images: readonly string[], signal: AbortSignal): Promise<Readable>;
}

export interface PullOptions {
  platform?: Platform | undefined;
  onProgress: (note: string) => void;
  signal: AbortSignal;
}

export interface PushOptions {
  onProgress: (note: string) => void;
  signal: AbortSignal;
}

export interface PushedManifest {
  digest: Digest;
  /** Bytes of the manifest itself. */
  size: number;
}

export interface CommitOptions {
  reference: string;
  labels: Record<string, string>;
  signal: AbortSignal;
}

export interface LoadOptions {
  reference: string;
  labels: Record<string, string>;
  signal: AbortSignal;
}

export interface ImageSummary {
  id: string;
  references: string[];
  labels: Record<string, string>;
  /** Bytes, as the engine counts them. */
  size: number;
  createdAt: string;
}
