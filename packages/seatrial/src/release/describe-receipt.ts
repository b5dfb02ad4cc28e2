import { formatBytes, type ReleaseReceipt } from "../model/index.ts";

/** A release in a line for people: `registry.example/app@sha256:8d09… → v1.4.2, latest`, and what it took. */
export function describeReceipt(receipt: ReleaseReceipt): { note: string; detail: string } {
  const { repository, digest, tags, traffic, attestations, imageBytesUp, candidate } = receipt;
  const set = tags.filter(({ state }) => state === "set" || state === "unchanged").map(({ tag }) => tag);
  const shown = digest === undefined ? repository : `${repository}@${shortDigest(digest)}`;
  const parts = [
    ...(imageBytesUp !== undefined ? [describeBytes(imageBytesUp)] : []),
    ...(candidate?.pushed === true ? ["pushed once"] : []),
    ...(traffic.blobsMounted > 0 ? [counted(traffic.blobsMounted, "layer", " mounted")] : []),
    ...(attestations.length > 0 ? [counted(attestations.length, "attestation")] : []),
  ];
  return { note: set.length === 0 ? shown : `${shown} → ${set.join(", ")}`, detail: parts.join(", ") };
}

function counted(count: number, noun: string, rest = ""): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}${rest}`;
}

function describeBytes(bytes: number): string {
  return bytes === 0 ? "0 bytes uploaded" : `${formatBytes(bytes)} uploaded`;
}

/** `sha256:8d09…`: enough to tell images apart on a screen. */
export function shortDigest(digest: string): string {
  return `${digest.slice(0, "sha256:".length + 4)}…`;
}
