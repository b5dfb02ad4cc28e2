import { describe, expect, it } from "vitest";
import type { Digest } from "../model/index.ts";
import { denies, type MemoryFault } from "../registry/memory/index.ts";
import { type PushOptions, pushCandidates } from "./push.ts";
import { ANY, APP, COMMIT, makePushWorld } from "./testing/world.ts";

function push(world: ReturnType<typeof makePushWorld>, changes: Partial<PushOptions> = {}) {
  return pushCandidates({
    project: "shop",
    plan: { repository: APP, prefix: `candidate-${COMMIT}` },
    release: "release",
    images: world.images,
    source: { commit: COMMIT, dirty: false },
    engine: world.engine,
    registries: world.registry.connect(),
    onNote: () => undefined,
    signal: ANY,
    ...changes,
  });
}

/** The tag under which the image that ships waits. */
function tagOf({ images }: ReturnType<typeof makePushWorld>): string {
  return `candidate-${COMMIT}-${images[0]?.imageId.slice(7, 19)}`;
}

describe("pushing candidates", () => {
  it("leaves each target in the registry under its own tag and says its digest", async () => {
    const world = makePushWorld();
    const { pushed, uploaded } = await push(world);
    expect(uploaded).toEqual(["release", "test"]);
    expect(pushed).toMatchObject({
      version: 1,
      project: "shop",
      release: "release",
      source: { commit: COMMIT },
    });
    for (const [index, { target, digest, reference, imageId, layers }] of pushed.images.entries()) {
      const tag = `candidate-${COMMIT}-${imageId.slice(7, 19)}${target === "release" ? "" : `-${target}`}`;
      expect(world.registry.tagged(APP, tag)).toBe(digest);
      expect(reference).toBe(`registry.example/team/app@${digest}`);
      expect({ imageId, layers }).toMatchObject({
        imageId: world.images[index]?.imageId,
        layers: world.images[index]?.layers,
      });
    }
  });

  it("leaves no name in the engine", async () => {
    const world = makePushWorld();
    await push(world);
    const names = (await world.engine.list({}, ANY)).flatMap(({ references }) => references);
    expect(names.sort()).toEqual(["seatrial/shop:release", "seatrial/shop:test"]);
  });

  it("says what the registry had already: the engine is asked to push it, and uploads nothing", async () => {
    const world = makePushWorld();
    const first = await push(world);
    const again = await push(world);
    expect(again.uploaded).toEqual([]);
    expect(again.pushed).toEqual(first.pushed);
    const later = await push(world, { plan: { repository: APP, prefix: "candidate-later" } });
    expect(later.uploaded).toEqual([]);
    expect(later.pushed).toEqual(first.pushed);
  });

  it("makes a repository that does not exist yet, also where the registry shows nobody what is not there", async () => {
    const world = makePushWorld({ onPush: () => restore() });
    const restore = world.registry.fault(denies());
    expect((await push(world)).uploaded).toEqual(["release", "test"]);
  });

  it("counts what it asks of the registry itself", async () => {
    const world = makePushWorld();
    let calls = 0;
    world.registry.fault(() => {
      calls += 1;
    });
    const { traffic } = await push(world);
    expect(traffic).toMatchObject({ requests: calls, bytesUp: 0 });
    expect(traffic.bytesDown).toBeGreaterThan(0);
  });

  it("pushes an image once when several targets have it", async () => {
    const world = makePushWorld();
    const [release] = world.images;
    if (release === undefined) throw new Error("no image");
    const { pushed } = await push(world, { images: [{ ...release, target: "test" }, release] });
    expect(world.pushes).toEqual([`registry.example/team/app:${tagOf(world)}`]);
    expect(pushed.images.map(({ target }) => target)).toEqual(["test", "release"]);
    expect(pushed.images[0]?.digest).toBe(pushed.images[1]?.digest);
  });

  it("pushes over whatever somebody left under the candidate's name", async () => {
    for (const left of [{ layers: ["other"] }, { configuration: { rootfs: "none" } }]) {
      const world = makePushWorld();
      const other = world.registry.addImage(APP, { tag: tagOf(world), ...left });
      const { pushed, uploaded } = await push(world);
      expect(uploaded).toContain("release");
      expect(pushed.images[0]?.digest).not.toBe(other.manifest.digest);
      expect(world.registry.tagged(APP, tagOf(world))).toBe(pushed.images[0]?.digest);
    }
  });

  it("fails as the registry does, and leaves no name in the engine", async () => {
    const world = makePushWorld();
    world.registry.fault(denies("manifests.get"));
    await expect(push(world)).toThrowWithCode("REGISTRY_DENIED");
    const names = (await world.engine.list({}, ANY)).flatMap(({ references }) => references);
    expect(names.filter((name) => name.includes("candidate"))).toEqual([]);
  });

  it("reads back by digest: a tag that somebody moved meanwhile changes nothing", async () => {
    const world = makePushWorld({
      onPush: (registry, name, tag) => void registry.addImage(name, { tag, layers: ["theirs"] }),
    });
    const { pushed } = await push(world);
    expect(pushed.images[0]?.imageId).toBe(world.images[0]?.imageId);
  });

  it("refuses what the engine pushed when it is another image than the one that was built", async () => {
    const world = makePushWorld();
    const swapped = world.images.map((image) => ({ ...image, layers: [...image.layers].reverse() }));
    await expect(push(world, { images: swapped })).toThrowWithCode("IMAGE_SWAPPED");
    const names = (await world.engine.list({}, ANY)).flatMap(({ references }) => references);
    expect(names.filter((name) => name.includes("candidate"))).toEqual([]);
  });

  it("says when the engine does not hold the image any more", async () => {
    const world = makePushWorld();
    await world.engine.remove("seatrial/shop:release", ANY);
    const pushing = push(world);
    await expect(pushing).toThrowWithCode("RELEASE_NO_IMAGE");
    await expect(pushing).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe("a manifest of the image's own configuration with other layers, which nobody has tested", () => {
  const addEvil = ({ registry, images }: ReturnType<typeof makePushWorld>, tag?: string) =>
    registry.addImage(APP, { layers: ["base", "evil"], diffIds: images[0]?.layers, tag }).manifest.digest;

  it("counts for nothing under the candidate's tag", async () => {
    const world = makePushWorld();
    const evil = addEvil(world, tagOf(world));
    const { pushed, uploaded } = await push(world);
    expect(pushed.images[0]?.digest).not.toBe(evil);
    expect(world.registry.tagged(APP, tagOf(world))).toBe(pushed.images[0]?.digest);
    expect(uploaded).toContain("release");
  });

  it("counts for nothing when the engine has pulled it, and believes it to be the image", async () => {
    const world = makePushWorld();
    const evil = addEvil(world);
    const { engine } = world;
    const inspect: typeof engine.inspect = async (reference, signal) => {
      const held = await engine.inspect(reference, signal);
      return held && { ...held, repoDigests: [`registry.example/team/app@${evil}`] };
    };
    const { pushed } = await push(world, { engine: { ...engine, inspect } });
    expect(pushed.images.map(({ digest }) => digest)).not.toContain(evil);
  });
});

describe("engines that name images by their manifests, as those with the containerd store do", () => {
  /** Such an engine, which holds the image that ships under this digest and pushes just that. */
  function byManifest({ engine, images }: ReturnType<typeof makePushWorld>, digest: Digest) {
    const [release] = images;
    if (release === undefined) throw new Error("no image");
    const held: PushOptions["engine"] = {
      ...engine,
      inspect: (_id, signal) => engine.inspect(release.imageId, signal),
      tag: (_id, reference, signal) => engine.tag(release.imageId, reference, signal),
      push: async () => ({ digest, size: 1 }),
    };
    return { engine: held, image: { ...release, imageId: digest } };
  }

  it("push what they have built under the id that they know it by", async () => {
    const world = makePushWorld();
    const { digest } = world.registry.addImage(APP, { layers: ["base", "app"] }).manifest;
    const { engine, image } = byManifest(world, digest);
    world.registry.fault(denyLayers(world));
    const { pushed } = await push(world, { images: [image], engine });
    expect(pushed.images[0]).toMatchObject({ digest, imageId: world.images[0]?.imageId });
  });

  it("may hold a manifest whose layers they have not looked at: those of a pulled image are read", async () => {
    const world = makePushWorld();
    const good = world.registry.addImage(APP, { layers: ["base", "app"] }).manifest.digest;
    const held = byManifest(world, good);
    const { pushed } = await push(world, {
      images: [{ ...held.image, manifest: good }],
      engine: held.engine,
    });
    expect(pushed.images[0]?.digest).toBe(good);

    const diffIds = world.images[0]?.layers;
    const evil = world.registry.addImage(APP, { layers: ["base", "evil"], diffIds }).manifest.digest;
    const { engine, image } = byManifest(world, evil);
    const pushed2 = push(world, { images: [{ ...image, manifest: evil }], engine });
    await expect(pushed2).toThrowWithCode("IMAGE_SWAPPED");
  });
});

/** Lets nobody read the layers of the image that ships; its configuration may be read. */
function denyLayers({ images }: ReturnType<typeof makePushWorld>): MemoryFault {
  const layers = images.flatMap((image) => image.layers);
  return (call) => {
    if (layers.some((layer) => layer === call.subject)) return denies("blobs.open")(call);
  };
}
