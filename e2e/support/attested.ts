import { createPublicKey, verify } from "node:crypto";
import { expect } from "vitest";
import type { PrivateRegistry } from "./registry.ts";

/** What a bundle in a registry says. */
export interface AttestedSuite {
  /** Digests of what it speaks of. */
  subjects: string[];
  suite: string;
  result: string;
}

interface Statement {
  subject: { digest: { sha256: string } }[];
  predicate: { result: string; seatrial: { suite: string } };
}

/** What is attached to a digest, read and verified with nothing of ours: each signature must be of this key. */
export async function attestedSuites(options: {
  registry: PrivateRegistry;
  repository: string;
  digest: string;
  /** A private or a public key. */
  pem: string;
}): Promise<AttestedSuite[]> {
  const { registry, repository, digest } = options;
  const listed = await registry.referrers(repository, digest);
  return await Promise.all(
    listed.map(async (referrer) => {
      const { subject, predicate } = await openBundle(options, referrer);
      return {
        subjects: subject.map((each) => `sha256:${each.digest.sha256}`),
        suite: predicate.seatrial.suite,
        result: predicate.result,
      };
    }),
  );
}

async function openBundle(
  { registry, repository, pem }: Parameters<typeof attestedSuites>[0],
  referrer: string,
): Promise<Statement> {
  const manifest = await registry.get(`/v2/${repository}/manifests/${referrer}`);
  const { layers } = manifest.json as { layers: { digest: string }[] };
  const bundle = await registry.get(`/v2/${repository}/blobs/${layers[0]?.digest}`);
  const { dsseEnvelope } = bundle.json as {
    dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string }[] };
  };
  const { payloadType, signatures } = dsseEnvelope;
  const payload = Buffer.from(dsseEnvelope.payload, "base64");
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  const signed = Buffer.concat([Buffer.from(head), payload]);
  const signature = Buffer.from(signatures[0]?.sig ?? "", "base64");
  expect(verify("sha256", signed, createPublicKey(pem), signature)).toBe(true);
  return JSON.parse(payload.toString("utf8")) as Statement;
}
