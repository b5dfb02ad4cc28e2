import { describe, expect, it } from "vitest";
import {
  digestOf,
  type Manifest,
  type Manifests,
  MEDIA_TYPES,
  type RegistryClient,
} from "../registry/index.ts";
import type { MemoryImage } from "../registry/memory/index.ts";
import { readCandidate } from "./candidate.ts";
import {
  ANY,
  APP,
  evidenceOf,
  identityOf,
  makeReleaseWorld,
  outcomeOf,
  planWith,
  type ReleaseWorld,
} from "./testing/world.ts";

const OTHER = { registry: APP.registry, repository: "team/released" };

function json(content: { mediaType: string; [field: string]: unknown }): Manifest {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, ...content }));
  return { digest: digestOf(bytes), mediaType: content.mediaType, bytes };
}

function descriptor({ digest, mediaType, bytes }: Manifest, platform: string) {
  const [os, architecture] = platform.split("/");
  return { mediaType, digest, size: bytes.length, platform: { os, architecture } };
}

async function putIndex(world: ReleaseWorld, entries: object[]): Promise<Manifest> {
  const index = json({ mediaType: MEDIA_TYPES.ociIndex, manifests: entries });
  await world.registries.repository(APP).manifests.put(index.digest, index, ANY);
  return index;
}

/** An index of two platforms and what a builder attests of one of them. */
async function makeIndex() {
  const world = makeReleaseWorld();
  const arm: MemoryImage = world.registry.addImage(APP, { layers: ["base-arm"], platform: "linux/arm64" });
  const attested = world.registry.addImage(APP, { layers: ["statement"] });
  const index = await putIndex(world, [
    descriptor(world.image.manifest, "linux/amd64"),
    descriptor(arm.manifest, "linux/arm64"),
    descriptor(attested.manifest, "unknown/unknown"),
  ]);
  const evidence = [
    outcomeOf(world.identity),
    outcomeOf(identityOf(arm, "linux/arm64"), { run: "r2", suites: [] }),
  ];
  const armSuite = { ...evidence[0]?.suites[0], imageId: arm.imageId };
  return {
    world,
    index,
    evidence: evidence.map((outcome, at) =>
      evidenceOf(at === 0 ? outcome : ({ ...outcome, suites: [armSuite] } as typeof outcome)),
    ),
  };
}

describe("an index of several platforms", () => {
  it("is released when each was tested: children first, byte for byte", async () => {
    const { world, index, evidence } = await makeIndex();
    const { problems, receipt } = await world.release({
      plan: planWith({ repository: OTHER }),
      image: { repository: APP, reference: index.digest },
      expected: undefined,
      found: { evidence, invalid: [], warnings: [] },
    });
    expect(problems).toEqual([]);
    expect(world.registry.tagged(OTHER, "latest")).toBe(index.digest);
    expect(receipt.evidence.map(({ run }) => run)).toEqual(["r1", "r2"]);
    const copied = await readCandidate({
      repository: world.registries.repository(OTHER),
      reference: "latest",
      signal: ANY,
    });
    expect(copied.manifest.bytes.equals(index.bytes)).toBe(true);
    expect(copied.images.map(({ platform }) => platform)).toEqual(["linux/amd64", "linux/arm64"]);
    expect(copied.companions).toHaveLength(1);
  });

  it("is refused when one was not", async () => {
    const { world, index, evidence } = await makeIndex();
    const { problems } = await world.release({
      image: { repository: APP, reference: index.digest },
      expected: undefined,
      found: { evidence: evidence.slice(0, 1), invalid: [], warnings: [] },
    });
    expect(problems).toMatchObject([
      { code: "EVIDENCE_OTHER_PLATFORM", message: expect.stringContaining("linux/arm64") },
    ]);
    expect(world.registry.tagged(APP, "latest")).toBeUndefined();
  });

  it("cannot hide an image by calling it another platform's", async () => {
    const { world } = await makeIndex();
    const index = await putIndex(world, [descriptor(world.image.manifest, "linux/arm64")]);
    const read = readCandidate({
      repository: world.registries.repository(APP),
      reference: index.digest,
      signal: ANY,
    });
    await expect(read).toThrowWithCode("CANDIDATE_INVALID");
  });

  it("cannot hide an image by giving it no platform and calling it an artifact: engines would ask its configuration", async () => {
    const { world, evidence } = await makeIndex();
    const evil = world.registry.addImage(APP, { layers: ["base", "evil"] }).manifest;
    const content = JSON.parse(evil.bytes.toString()) as { mediaType: string };
    const artifact = json({ ...content, artifactType: "application/vnd.example" });
    await world.registries.repository(APP).manifests.put(artifact.digest, artifact, ANY);
    const index = await putIndex(world, [
      descriptor(world.image.manifest, "linux/amd64"),
      { ...descriptor(artifact, "linux/amd64"), platform: undefined },
    ]);
    const { problems } = await world.release({
      image: { repository: APP, reference: index.digest },
      expected: undefined,
      found: { evidence, invalid: [], warnings: [] },
    });
    expect(problems).toMatchObject([{ code: "EVIDENCE_OTHER_IMAGE" }]);
  });

  it("cannot hide an image behind a system or a processor that is unknown: that alone makes no attestation of it", async () => {
    const world = makeReleaseWorld();
    for (const platform of ["unknown/amd64", "linux/unknown"]) {
      const entries = ["linux/amd64", platform].map((each) => descriptor(world.image.manifest, each));
      const { digest } = await putIndex(world, entries);
      const read = readCandidate({
        repository: world.registries.repository(APP),
        reference: digest,
        signal: ANY,
      });
      await expect(read).toThrowWithCode("CANDIDATE_INVALID");
    }
  });

  it("cannot show us the tested image, and engines another one by a key that they read without its case", async () => {
    const world = makeReleaseWorld();
    const evil = world.registry.addImage(APP, { layers: ["base", "evil"] }).manifest;
    const index = json({
      mediaType: MEDIA_TYPES.ociIndex,
      manifests: [descriptor(world.image.manifest, "linux/amd64")],
      Manifests: [descriptor(evil, "linux/amd64")],
    });
    const registries: RegistryClient = {
      ...world.registries,
      repository(name) {
        const repository = world.registries.repository(name);
        const get: Manifests["get"] = async (reference, signal) =>
          reference === "stable" ? index : await repository.manifests.get(reference, signal);
        return { ...repository, manifests: { ...repository.manifests, get } };
      },
    };
    const image = { repository: APP, reference: "stable" };
    const { problems } = await world.release({ registries, image, expected: undefined });
    expect(problems).toMatchObject([{ code: "MANIFEST_INVALID" }]);
    expect(world.registry.tagged(APP, "latest")).toBeUndefined();
  });

  it.each([
    ["linux/arm/v6", { os: "linux", architecture: "arm", variant: "v7" }, false],
    ["linux/arm/v6", { os: "linux", architecture: "arm", variant: "v6" }, true],
    ["linux/arm/v6", { os: "linux", architecture: "arm" }, true],
    ["linux/arm64", { os: "linux", architecture: "arm64", variant: "v8" }, true],
    ["linux/arm64/v8", { os: "linux", architecture: "arm64" }, true],
    ["linux/arm64", { os: "linux", architecture: "arm", variant: "v8" }, false],
  ])("may have an image for %s as %j: %s", async (platform, said, isFine) => {
    const world = makeReleaseWorld({ platform });
    const entry = { ...descriptor(world.image.manifest, platform), platform: said };
    const { digest } = await putIndex(world, [entry]);
    const repository = world.registries.repository(APP);
    const read = readCandidate({ repository, reference: digest, signal: ANY });
    if (isFine) expect((await read).images).toHaveLength(1);
    else await expect(read).toThrowWithCode("CANDIDATE_INVALID");
  });

  it("is no release when it has only attestations, indexes, or nothing", async () => {
    const { world, index } = await makeIndex();
    const repository = world.registries.repository(APP);
    for (const entries of [
      [],
      [descriptor(world.image.manifest, "unknown/unknown")],
      [descriptor(index, "linux/amd64")],
    ]) {
      const { digest } = await putIndex(world, entries);
      await expect(readCandidate({ repository, reference: digest, signal: ANY })).toThrowWithCode(
        "CANDIDATE_INVALID",
      );
    }
  });
});

describe("what a registry has", () => {
  it("may be nothing", async () => {
    const { registries } = makeReleaseWorld();
    const read = readCandidate({ repository: registries.repository(APP), reference: "v0", signal: ANY });
    await expect(read).toThrowWithCode("CANDIDATE_NOT_FOUND");
    await expect(read).rejects.toThrow("it was asked without a login");
  });

  it("is no image when its configuration is none", async () => {
    const world = makeReleaseWorld({ configuration: { rootfs: { type: "layers" } } });
    await expect(world.candidate()).toThrowWithCode("CANDIDATE_INVALID");
  });

  it("is no image when engines may read other layers in its configuration than we", async () => {
    for (const twisted of [{ Diff_IDs: [] }, { "diff_id\u017f": [] }]) {
      const rootfs = { type: "layers", diff_ids: makeReleaseWorld().image.diffIds, ...twisted };
      const world = makeReleaseWorld({ configuration: { rootfs } });
      await expect(world.candidate()).toThrowWithCode("CANDIDATE_INVALID");
    }
    for (const twisted of [{ RootFS: null }, { OS: "windows" }, { config: { labels: { a: "b" } } }]) {
      const world = makeReleaseWorld({ configuration: twisted });
      await expect(world.candidate()).toThrowWithCode("CANDIDATE_INVALID");
    }
  });

  it("has the variant in its platform", async () => {
    const world = makeReleaseWorld({ platform: "linux/arm64/v8" });
    expect((await world.candidate()).images[0]?.platform).toBe("linux/arm64/v8");
  });
});
