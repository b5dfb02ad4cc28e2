import type { Readable } from "node:stream";
import type { Digest, Traffic } from "../model/index.ts";

/** A repository's place: `registry.example.com:5000` and `team/app`. Docker Hub is `docker.io`. */
export interface RepositoryName {
  registry: string;
  repository: string;
}

/** Gives handles on repositories; connections and tokens are kept until it is disposed. */
export interface RegistryClient extends AsyncDisposable {
  /** Nothing is asked of the registry yet. */
  repository(name: RepositoryName): Repository;
}

/** One repository of a registry. Errors name registry, repository and where the credentials came from. */
export interface Repository {
  readonly name: RepositoryName;
  readonly manifests: Manifests;
  readonly blobs: Blobs;
  readonly referrers: Referrers;
  /** What was asked of it through this handle so far. */
  traffic(): Traffic;
  /** For messages of what it does not have, since registries show strangers nothing: `as user ci of …`, `without a login`. */
  login(): string;
}

export interface Descriptor {
  mediaType: string;
  digest: Digest;
  size: number;
  artifactType?: string | undefined;
  annotations?: Record<string, string> | undefined;
  platform?: { os: string; architecture: string; variant?: string | undefined } | undefined;
}

/** A manifest or an index, byte for byte. */
export interface Manifest {
  digest: Digest;
  mediaType: string;
  bytes: Buffer;
}

/** Manifests by tag or digest. */
export interface Manifests {
  /** Undefined when there is none. Fails with REGISTRY_DIGEST_MISMATCH when the bytes are not what their digest says. */
  get(reference: string, signal: AbortSignal): Promise<Manifest | undefined>;
  /** What a tag or digest names, without its bytes. */
  resolve(reference: string, signal: AbortSignal): Promise<Descriptor | undefined>;
  /** Stores exactly these bytes under a tag or under their digest; the answered digest is checked. */
  put(reference: string, manifest: Manifest, signal: AbortSignal): Promise<void>;
  /** All tags, in the registry's order. */
  tags(signal: AbortSignal): Promise<string[]>;
}

/** Blobs: layers, configurations, what attestations hold. */
export interface Blobs {
  has(digest: Digest, signal: AbortSignal): Promise<boolean>;
  /** The bytes, checked while they are read: the stream fails when they are not what the digest says. Resumed when cut. */
  open(blob: Pick<Descriptor, "digest" | "size">, signal: AbortSignal): Promise<Readable>;
  /** Uploads unless it is there. `open` is called again when an upload must begin anew. */
  put(blob: { digest: Digest; size: number; open: () => Readable }, signal: AbortSignal): Promise<void>;
  /** Takes a blob over from another repository of the same registry; false when the registry will not. Moves no bytes. */
  mount(blob: Pick<Descriptor, "digest">, from: RepositoryName, signal: AbortSignal): Promise<boolean>;
}

/** What points at a manifest: attestations. Works with the referrers API, and with the fallback tag where it is missing. */
export interface Referrers {
  list(options: {
    subject: Digest;
    artifactType?: string | undefined;
    signal: AbortSignal;
  }): Promise<Descriptor[]>;
  /** Stores a manifest whose `subject` is there already, and makes sure that `list` shows it. */
  attach(manifest: Manifest, signal: AbortSignal): Promise<Descriptor>;
}
