import { describe, expect, test } from "vitest";
import { describeRegistryContract } from "../contract.ts";
import { digestOf } from "../digest.ts";
import { readManifest } from "../manifest.ts";
import { createMemoryRegistry, denies, dies, diesUnheard, fails, lies, onCall } from "./index.ts";

describeRegistryContract("memory", async () => {
  const { connect } = createMemoryRegistry();
  return { registry: "registry.example.com", connect, [Symbol.asyncDispose]: async () => undefined };
});

describe("faults of a registry in memory", () => {
  const name = { registry: "registry.example.com", repository: "team/app" };
  const { signal } = new AbortController();

  test("an image is there as a push would leave it", async () => {
    const registry = createMemoryRegistry();
    const { manifest, imageId, diffIds } = registry.addImage(name, { tag: "1", layers: ["a", "b"] });
    const { manifests, blobs } = registry.connect().repository(name);
    const found = await manifests.get("1", signal);
    expect(found).toEqual(manifest);
    expect(found && readManifest(found, "it")).toMatchObject({ kind: "image", config: { digest: imageId } });
    const [config] = await (await blobs.open({ digest: imageId, size: 0 }, signal)).toArray();
    expect(JSON.parse(String(config))).toMatchObject({
      rootfs: { diff_ids: diffIds },
      os: "linux",
      architecture: "amd64",
    });
  });

  test("somebody else moves a tag between two calls", async () => {
    const registry = createMemoryRegistry();
    const [ours, theirs] = [registry.addImage(name), registry.addImage(name, { layers: ["theirs"] })];
    registry.fault(
      onCall({ operation: "manifests.resolve", subject: "1" }, () =>
        registry.setTag(name, "1", theirs.manifest.digest),
      ),
    );
    const { manifests } = registry.connect().repository(name);
    await manifests.put("1", ours.manifest, signal);
    expect((await manifests.resolve("1", signal))?.digest).toBe(theirs.manifest.digest);
  });

  test("it denies what it is told to deny", async () => {
    const registry = createMemoryRegistry({ faults: [denies("manifests.put")] });
    const { manifest } = registry.addImage(name);
    const { manifests } = registry.connect().repository(name);
    await expect(manifests.put("1", manifest, signal)).toThrowWithCode("REGISTRY_DENIED");
    expect(await manifests.get(manifest.digest, signal)).toEqual(manifest);
  });

  test("it fails so often, and then no more", async () => {
    const registry = createMemoryRegistry({ faults: [fails({ times: 2 })] });
    const { manifests } = registry.connect().repository(name);
    await expect(manifests.tags(signal)).toThrowWithCode("REGISTRY_FAILED");
    await expect(manifests.tags(signal)).toThrowWithCode("REGISTRY_FAILED");
    expect(await manifests.tags(signal)).toEqual([]);
  });

  test("it lies about what is read, by fault or by its bytes", async () => {
    const registry = createMemoryRegistry();
    const { manifest } = registry.addImage(name, { tag: "1" });
    const { manifests, blobs } = registry.connect().repository(name);
    const restore = registry.fault(lies("1"));
    await expect(manifests.get("1", signal)).toThrowWithCode("REGISTRY_DIGEST_MISMATCH");
    restore();
    expect(await manifests.get("1", signal)).toEqual(manifest);
    const digest = digestOf("promised");
    registry.setBlob(name, digest, Buffer.from("other"));
    const stream = await blobs.open({ digest, size: 5 }, signal);
    await expect(stream.toArray()).toThrowWithCode("REGISTRY_DIGEST_MISMATCH");
  });

  test("it dies half way", async () => {
    const registry = createMemoryRegistry();
    const { manifest } = registry.addImage(name);
    const { manifests } = registry.connect().repository(name);
    registry.fault(dies({ after: 1 }));
    await manifests.put("1", manifest, signal);
    await expect(manifests.put("2", manifest, signal)).toThrowWithCode("REGISTRY_UNREACHABLE");
    expect(registry.tagged(name, "1")).toBe(manifest.digest);
    expect(registry.tagged(name, "2")).toBeUndefined();
  });

  test("it does what it is asked, and dies before it says so", async () => {
    const registry = createMemoryRegistry();
    const { manifest } = registry.addImage(name);
    const { manifests } = registry.connect().repository(name);
    registry.fault(diesUnheard({ after: 1 }));
    await manifests.put("1", manifest, signal);
    await expect(manifests.put("2", manifest, signal)).toThrowWithCode("REGISTRY_UNREACHABLE");
    await expect(manifests.put("3", manifest, signal)).toThrowWithCode("REGISTRY_UNREACHABLE");
    expect(["1", "2", "3"].map((tag) => registry.tagged(name, tag))).toEqual([
      manifest.digest,
      manifest.digest,
      undefined,
    ]);
  });
});
