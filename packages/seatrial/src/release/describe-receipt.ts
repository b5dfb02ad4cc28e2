import { formatBytes, type ReleaseReceipt } from "../model/index.ts";

/** A release in a line for people: `registry.example/app@sha256:8d09… → v1.4.2, latest`, and what it took. */
export function describeReceipt(receipt: ReleaseReceipt): { note: string; detail: string } {
  const { repository, digest, tags, traffic, attestations, imageBytesUp, candidate } = receipt;
  const set = tags.filter(({ state }) => state !== "not-set").map(({ tag }) => tag);
  const shown = digest === undefined ? repository : `${repository}@${shortDigest(digest)}`;
  const bytes = imageBytesUp === 0 ? "0 bytes uploaded" : `${formatBytes(imageBytesUp)} uploaded`;
  const parts = [
    // What engines push they do not count.
    candidate?.pushed === true ? `pushed once, then ${bytes}` : bytes,
    ...(traffic.blobsMounted > 0 ? [`${traffic.blobsMounted} layers mounted`] : []),
    ...(attestations.length > 0 ? [`${attestations.length} attestations`] : []),
  ];
  return { note: set.length === 0 ? shown : `${shown} → ${set.join(", ")}`, detail: parts.join(", ") };
}

/** `sha256:8d09…`: enough to tell images apart on a screen. */
export function shortDigest(digest: string): string {
  return `${digest.slice(0, "sha256:".length + 4)}…`;
}
