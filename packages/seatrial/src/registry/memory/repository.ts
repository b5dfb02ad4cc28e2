import { Readable } from "node:stream";
import type { Digest, Traffic } from "../../model/index.ts";
import { digestOf, isDigest } from "../digest.ts";
import { registryError } from "../errors.ts";
import { type ImageIndex, type ImageManifest, readManifest } from "../manifest.ts";
import { checkRepositoryName, checkTagOrDigest } from "../reference.ts";
import { referrerOf } from "../referrer.ts";
import type { Blobs, Descriptor, Manifest, RegistryClient, Repository, RepositoryName } from "../registry.ts";
import type { MemoryCall, MemoryOperation } from "./faults.ts";
import { type MemoryRepository, type MemoryStore, manifestIn, repositoryIn } from "./store.ts";

interface MemoryHost {
  store: MemoryStore;
  /** Faults look at every call first, and once more when it was carried out. */
  meet(call: Omit<MemoryCall, "count" | "beforeAnswer">): Promise<() => void>;
}

/** A client of everything that the store holds. */
export function connectMemory(host: MemoryHost): RegistryClient {
  return {
    repository(name) {
      checkRepositoryName(name);
      return createMemoryRepository(host, name);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function createMemoryRepository({ store, meet }: MemoryHost, name: RepositoryName): Repository {
  const held = repositoryIn(store, name);
  const traffic: Traffic = { requests: 0, bytesUp: 0, blobBytesUp: 0, bytesDown: 0, blobsMounted: 0 };

  /** Carries a call out, and answers it. */
  async function answer<T>(
    call: { operation: MemoryOperation; subject: string; signal: AbortSignal },
    work: () => T | Promise<T>,
  ): Promise<T> {
    const { operation, subject, signal } = call;
    signal.throwIfAborted();
    traffic.requests += 1;
    const after = await meet({ operation, repository: name, subject });
    signal.throwIfAborted();
    const result = await work();
    after();
    return result;
  }

  function refused(why: string) {
    return registryError({
      code: "REGISTRY_REFUSED",
      message: `Registry ${name.registry} refused what was pushed to ${name.repository}: ${why}.`,
    });
  }

  function keep(reference: string, manifest: Manifest): void {
    if (digestOf(manifest.bytes) !== manifest.digest) throw mismatch(manifest.digest);
    if (isDigest(reference) && reference !== manifest.digest) throw mismatch(reference);
    const content = readManifest(manifest, `What was pushed to ${name.repository} as ${reference}`);
    const missing = missingPart(held, content);
    if (missing !== undefined) throw refused(`it names ${missing}, which is not there`);
    held.manifests.set(manifest.digest, { ...manifest, bytes: Buffer.from(manifest.bytes) });
    if (!isDigest(reference)) held.tags.set(reference, manifest.digest);
    traffic.bytesUp += manifest.bytes.length;
  }

  const blobs: Blobs = {
    has: (digest, signal) =>
      answer({ operation: "blobs.has", subject: digest, signal }, () => held.blobs.has(digest)),
    open: ({ digest }, signal) =>
      answer({ operation: "blobs.open", subject: digest, signal }, () => {
        const bytes = held.blobs.get(digest);
        if (bytes !== undefined) return Readable.from(checked(bytes, digest));
        throw registryError({
          code: "BLOB_NOT_FOUND",
          message: `Repository ${name.repository} of registry ${name.registry} has no blob ${digest}.`,
        });
      }),
    put: ({ digest, open }, signal) =>
      answer({ operation: "blobs.put", subject: digest, signal }, async () => {
        if (held.blobs.has(digest)) return;
        const bytes = Buffer.concat(await open().toArray({ signal }));
        if (digestOf(bytes) !== digest) throw mismatch(digest);
        traffic.bytesUp += bytes.length;
        traffic.blobBytesUp += bytes.length;
        held.blobs.set(digest, bytes);
      }),
    async mount({ digest }, from, signal) {
      if (from.registry !== name.registry) return false;
      return await answer({ operation: "blobs.mount", subject: digest, signal }, () => {
        const bytes = repositoryIn(store, from).blobs.get(digest);
        if (bytes === undefined) return false;
        held.blobs.set(digest, bytes);
        traffic.blobsMounted += 1;
        return true;
      });
    },
  };

  async function* checked(bytes: Buffer, digest: Digest): AsyncGenerator<Buffer> {
    yield bytes;
    traffic.bytesDown += bytes.length;
    if (digestOf(bytes) !== digest) throw mismatch(digest);
  }

  function mismatch(digest: Digest) {
    return registryError({
      code: "REGISTRY_DIGEST_MISMATCH",
      message: `The bytes for ${digest} of repository ${name.repository} are not what their digest says.`,
    });
  }

  return {
    name,
    blobs,
    traffic: () => ({ ...traffic }),
    login: () => "without a login",
    manifests: {
      async get(reference, signal) {
        checkTagOrDigest(reference);
        return await answer({ operation: "manifests.get", subject: reference, signal }, () => {
          const manifest = manifestIn(held, reference);
          traffic.bytesDown += manifest?.bytes.length ?? 0;
          return manifest && { ...manifest, bytes: Buffer.from(manifest.bytes) };
        });
      },
      async resolve(reference, signal) {
        checkTagOrDigest(reference);
        return await answer({ operation: "manifests.resolve", subject: reference, signal }, () => {
          const manifest = manifestIn(held, reference);
          return manifest && descriptorOf(manifest);
        });
      },
      async put(reference, manifest, signal) {
        checkTagOrDigest(reference);
        await answer({ operation: "manifests.put", subject: reference, signal }, () =>
          keep(reference, manifest),
        );
      },
      tags: (signal) =>
        answer({ operation: "manifests.tags", subject: "", signal }, () => [...held.tags.keys()].sort()),
    },
    referrers: {
      list: ({ subject, artifactType, signal }) =>
        answer({ operation: "referrers.list", subject, signal }, () =>
          [...held.manifests.values()]
            .filter((each) => contentOf(each).subject?.digest === subject)
            .map(referrerOf)
            .filter((each) => artifactType === undefined || each.artifactType === artifactType),
        ),
      attach: (manifest, signal) =>
        answer({ operation: "referrers.attach", subject: manifest.digest, signal }, () => {
          if (contentOf(manifest).subject === undefined)
            throw new Error("what is attached must name a subject");
          keep(manifest.digest, manifest);
          return referrerOf(manifest);
        }),
    },
  };
}

function missingPart(held: MemoryRepository, content: ImageManifest | ImageIndex): Digest | undefined {
  if (content.kind === "index")
    return content.manifests.find((each) => !held.manifests.has(each.digest))?.digest;
  return [content.config, ...content.layers].find((each) => !held.blobs.has(each.digest))?.digest;
}

function contentOf(manifest: Manifest): ImageManifest | ImageIndex {
  return readManifest(manifest, `Manifest ${manifest.digest}`);
}

function descriptorOf({ mediaType, digest, bytes }: Manifest): Descriptor {
  return { mediaType, digest, size: bytes.length };
}
