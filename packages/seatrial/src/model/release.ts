import type { Digest } from "./digest.ts";
import type { Duration } from "./duration.ts";
import type { Platform } from "./image.ts";
import type { Proof } from "./suite.ts";

/** An image of a build that lies in a registry, so that others can test it without building: an entry of `images.json`. */
export interface PushedImage {
  /** The key of the target. */
  target: string;
  /** `repository@sha256:…`: the manifest, which is what is tested, attested and promoted. */
  reference: string;
  /** The digest of that manifest. */
  digest: Digest;
  mediaType: string;
  /** Bytes of the manifest itself. */
  size: number;
  /** The digest of its configuration: the image id of the engine that built it. */
  imageId: Digest;
  /** The ordered diff ids. */
  layers: Digest[];
  platform: Platform;
}

/** `images.json`: what a build pushed, for jobs that test and release it elsewhere. */
export interface PushedImages {
  version: 1;
  project: string;
  source: { commit?: string | undefined; dirty?: boolean | undefined };
  /** The key of the target that ships. */
  release: string;
  /** They are those of an earlier release of the commit, which was not built again. */
  taken?: boolean | undefined;
  images: PushedImage[];
}

/** What a release did: `release.json`. Running it again completes one that was cut off. */
export interface ReleaseReceipt {
  version: 1;
  status: "released" | "failed" | "stopped";
  /** `registry/repository` that has the release now. */
  repository: string;
  /** What was promoted. */
  digest?: Digest | undefined;
  imageId?: Digest | undefined;
  /** `pushed`: the registry did not have it before, and the engine uploaded it for this release. */
  candidate?: { reference: string; pushed: boolean } | undefined;
  /** In the order in which they were set. */
  tags: TagReceipt[];
  attestations: AttestationReceipt[];
  /** The suites that speak for it. */
  evidence: { suite: string; run: string; proof: Proof; passed: number }[];
  /**
   * Bytes of the image that were uploaded: none in one repository, or where the registry mounts blobs. Absent when the engine pushed
   * the image for this release, since engines do not say how many bytes that took.
   */
  imageBytesUp?: number | undefined;
  /** All that this program asked of the registry, attestations and the reading back of a push included. */
  traffic: Traffic;
  startedAt: string;
  duration: Duration;
}

export interface TagReceipt {
  tag: string;
  kind: "immutable" | "floating";
  /** What the tag named before; absent: nothing. */
  before?: Digest | undefined;
  /** What it was read back to name; absent: it was not set, or could not be read back. */
  after?: Digest | undefined;
  /**
   * `kept`: it names an image of a newer commit, of one beside, or of one that could not be read, and was left alone. `unknown`:
   * setting it failed, and the registry could not be asked again.
   */
  state: "set" | "unchanged" | "kept" | "not-set" | "unknown";
}

export interface AttestationReceipt {
  suite: string;
  /** Of the referrer's manifest. */
  digest: Digest;
  keyId: string;
  /** The bundle, relative to the run's folder. */
  file: string;
}

/** What the work with a registry took. */
export interface Traffic {
  requests: number;
  /** Bytes of bodies that were sent: blobs and manifests. */
  bytesUp: number;
  /** Of these, bytes of blobs. */
  blobBytesUp: number;
  bytesDown: number;
  /** Blobs that a repository took over from another one of the same registry. */
  blobsMounted: number;
}
