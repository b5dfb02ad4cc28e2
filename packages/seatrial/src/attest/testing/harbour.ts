import { Readable } from "node:stream";
import type { Digest } from "../../model/index.ts";
import { type Descriptor, digestOf, MEDIA_TYPES, type Repository } from "../../registry/index.ts";
import { createMemoryRegistry, type MemoryImage, type MemoryRegistry } from "../../registry/memory/index.ts";
import { attachBundle } from "../attach.ts";
import { BUNDLE_MEDIA_TYPE, formatBundle } from "../bundle.ts";
import { signEnvelope } from "../dsse.ts";
import { createKeyPair } from "../key-pair.ts";
import { loadSigner, type Signer } from "../signer.ts";
import { STATEMENT_PAYLOAD_TYPE, type Statement } from "../statement.ts";
import { type TestResultOptions, testResultStatement } from "../test-result-statement.ts";
import type { Verification } from "../verification.ts";
import { type VerifyOptions, verifyImage } from "../verify-image.ts";
import { FINISHED, facts, image, outcome, suite } from "./evidence.ts";

export const { signal } = new AbortController();
const NAME = { registry: "registry.example.com", repository: "shop" };

/** A registry with the image that was tested under the tag v1, and two keys: ours and somebody's. */
export interface Harbour {
  registry: MemoryRegistry;
  repository: Repository;
  image: MemoryImage;
  subject: Descriptor;
  ours: Signer;
  theirs: Signer;
  /** A true statement about the image. */
  statement(change?: Partial<TestResultOptions>): Statement;
  /** Signs anything at all and attaches it. */
  attach(payload: Statement | string, options?: { signer?: Signer; type?: string }): Promise<Descriptor>;
  /** Attaches any bytes as a bundle, or in layers of other kinds. */
  attachRaw(bytes: Buffer, change?: Record<string, unknown>): Promise<Descriptor>;
  verify(change?: Partial<VerifyOptions>): Promise<Verification>;
}

export async function harbour(): Promise<Harbour> {
  const registry = createMemoryRegistry();
  const repository = registry.connect().repository(NAME);
  const held = registry.addImage(NAME, { tag: "v1", layers: ["app"] });
  const [ours, theirs] = await Promise.all([newSigner(), newSigner()]);
  const { digest, mediaType, bytes } = held.manifest;
  const subject = { digest, mediaType, size: bytes.length };
  const now = () => FINISHED + 60_000;
  return {
    registry,
    repository,
    image: held,
    subject,
    ours,
    theirs,
    statement: (change) =>
      testResultStatement(
        facts({
          subject: { name: "registry.example.com/shop", digest, imageId: held.imageId },
          outcomes: [outcomeOf(held.imageId)],
          ...change,
        }),
      ),
    async attach(content, { signer = ours, type = STATEMENT_PAYLOAD_TYPE } = {}) {
      const payload = Buffer.from(typeof content === "string" ? content : JSON.stringify(content));
      const dsseEnvelope = await signEnvelope({ payload, payloadType: type, signer });
      const bundle = formatBundle({
        mediaType: BUNDLE_MEDIA_TYPE,
        verificationMaterial: { publicKey: { hint: signer.keyId } },
        dsseEnvelope,
      });
      return await attachBundle({ repository, subject, bundle, now, signal });
    },
    async attachRaw(bytes, change = {}) {
      const empty = Buffer.from("{}");
      for (const each of [bytes, empty]) {
        const blob = { digest: digestOf(each), size: each.length, open: () => Readable.from([each]) };
        await repository.blobs.put(blob, signal);
      }
      const content = Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: MEDIA_TYPES.ociManifest,
          artifactType: BUNDLE_MEDIA_TYPE,
          config: { mediaType: MEDIA_TYPES.ociEmpty, digest: digestOf(empty), size: 2 },
          layers: [{ mediaType: BUNDLE_MEDIA_TYPE, digest: digestOf(bytes), size: bytes.length }],
          subject,
          ...change,
        }),
      );
      const manifest = { digest: digestOf(content), mediaType: MEDIA_TYPES.ociManifest, bytes: content };
      return await repository.referrers.attach(manifest, signal);
    },
    verify: (change) =>
      verifyImage({ repository, reference: "v1", keys: [ours.publicKey], now, signal, ...change }),
  };
}

/** A run that tested the image of this configuration. */
export function outcomeOf(imageId: Digest, change: Parameters<typeof outcome>[0] = {}) {
  return outcome({ images: [image("release", imageId)], suites: [suite({ imageId })], ...change });
}

async function newSigner(): Promise<Signer> {
  return await loadSigner({ pem: (await createKeyPair()).privateKey });
}
