import { describe, expect, it } from "vitest";
import { denies } from "../registry/memory/index.ts";
import { type PushOptions, pushCandidates } from "./push.ts";
import { ANY, APP, COMMIT, makePushWorld } from "./testing/world.ts";

function push(world: ReturnType<typeof makePushWorld>, changes: Partial<PushOptions> = {}) {
  return pushCandidates({
    project: "shop",
    plan: { repository: APP, tag: `candidate-${COMMIT}` },
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
      const tag = `candidate-${COMMIT}${target === "release" ? "" : `-${target}`}`;
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

  it("pushes nothing that the registry has already", async () => {
    const world = makePushWorld();
    const first = await push(world);
    const again = await push(world);
    expect(again.uploaded).toEqual([]);
    expect(again.pushed).toEqual(first.pushed);
    expect(world.pushes).toHaveLength(2);
  });

  it("gives what the registry has the tag of a later commit, without a push", async () => {
    const world = makePushWorld();
    const first = await push(world);
    const later = await push(world, { plan: { repository: APP, tag: "candidate-later" } });
    expect(later.uploaded).toEqual([]);
    expect(world.registry.tagged(APP, "candidate-later")).toBe(first.pushed.images[0]?.digest);
  });

  it("pushes an image once when several targets have it", async () => {
    const world = makePushWorld();
    const [release] = world.images;
    if (release === undefined) throw new Error("no image");
    const { pushed } = await push(world, { images: [{ ...release, target: "test" }, release] });
    expect(world.pushes).toEqual([`registry.example/team/app:candidate-${COMMIT}`]);
    expect(pushed.images.map(({ target }) => target)).toEqual(["test", "release"]);
    expect(pushed.images[0]?.digest).toBe(pushed.images[1]?.digest);
  });

  it("pushes anew when the candidate tag names another image", async () => {
    const world = makePushWorld();
    const other = world.registry.addImage(APP, { tag: `candidate-${COMMIT}`, layers: ["other"] });
    const { pushed, uploaded } = await push(world);
    expect(uploaded).toContain("release");
    expect(pushed.images[0]?.digest).not.toBe(other.manifest.digest);
  });

  it("pushes over what is no image, under the candidate's name", async () => {
    const world = makePushWorld();
    const tag = `candidate-${COMMIT}`;
    world.registry.addImage(APP, { tag, configuration: { rootfs: "none" } });
    const { uploaded } = await push(world);
    expect(uploaded).toContain("release");
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

  it("takes the manifest's digest for the id, as engines with the containerd store do", async () => {
    const world = makePushWorld();
    const { pushed } = await push(world);
    const asManifest = world.images.map((image, index) => ({
      ...image,
      imageId: pushed.images[index]?.digest ?? image.imageId,
    }));
    const engine = { ...world.engine, inspect: () => world.engine.inspect("seatrial/shop:release", ANY) };
    const [release] = asManifest;
    if (release === undefined) throw new Error("no image");
    const again = await push(world, { images: [release], engine });
    expect(again.pushed.images[0]).toEqual(pushed.images[0]);
  });

  it("says when the engine does not hold the image any more", async () => {
    const world = makePushWorld();
    await world.engine.remove("seatrial/shop:release", ANY);
    await expect(push(world)).toThrowWithCode("RELEASE_NO_IMAGE");
  });
});
