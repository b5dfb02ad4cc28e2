import { describe, expect, it } from "vitest";
import type { Outcome } from "../model/index.ts";
import { denies } from "../registry/memory/index.ts";
import { previewHeld } from "./preview-held.ts";
import {
  ANY,
  APP,
  COMMIT,
  evidenceOf,
  makeReleaseWorld,
  outcomeOf,
  planWith,
  type ReleaseWorld,
} from "./testing/world.ts";

async function preview(world: ReleaseWorld, outcomes: Outcome[] = [outcomeOf(world.identity)]) {
  return await previewHeld({
    plan: planWith(),
    project: "shop",
    identity: world.identity,
    repository: world.registries.repository(APP),
    found: { evidence: outcomes.map(evidenceOf), invalid: [], warnings: [] },
    source: { now: { commit: COMMIT, dirty: false } },
    signal: ANY,
  });
}

async function refusals(...given: Parameters<typeof preview>) {
  return (await preview(...given)).judgement.refusals.map(({ code }) => code);
}

describe("an image that only the engine holds", () => {
  it("is judged by its evidence before it is pushed", async () => {
    const world = makeReleaseWorld();
    const { judgement, tags } = await preview(world);
    expect(judgement.refusals).toEqual([]);
    expect(judgement.suites).toMatchObject([{ suite: "unit", passed: 3 }]);
    expect(tags).toMatchObject([{ tag: "v1.4.2" }, { tag: "latest" }]);
  });

  it("is refused for what its release would be refused for, all reasons at once", async () => {
    const world = makeReleaseWorld();
    expect(await refusals(world, [])).toEqual(["RELEASE_NO_EVIDENCE"]);
    const dirty = outcomeOf(world.identity, { source: { commit: COMMIT, dirty: true } });
    world.registry.addImage(APP, { layers: ["another"], tag: "v1.4.2" });
    expect(await refusals(world, [dirty])).toEqual(["RELEASE_DIRTY_TREE", "TAG_TAKEN"]);
  });

  it("is refused by an immutable tag of another image, never by a floating one", async () => {
    const world = makeReleaseWorld();
    world.registry.addImage(APP, { layers: ["another"], tag: "latest" });
    expect(await refusals(world)).toEqual([]);
    world.registry.addImage(APP, { layers: ["another"], tag: "v1.4.2" });
    expect(await refusals(world)).toEqual(["TAG_TAKEN"]);
  });

  it("may have the tag already: its push may make the manifest that is there", async () => {
    const world = makeReleaseWorld();
    await world.registries.repository(APP).manifests.put("v1.4.2", world.image.manifest, ANY);
    expect(await refusals(world)).toEqual([]);
    // As an engine with the containerd store calls it.
    const identity = { ...world.identity, imageId: world.image.manifest.digest };
    expect(await refusals({ ...world, identity })).toEqual([]);
  });

  it("may be released into a repository that does not exist yet", async () => {
    const world = makeReleaseWorld();
    world.registry.fault(denies());
    const { judgement, tags } = await preview(world);
    expect(judgement.refusals).toEqual([]);
    expect(judgement.warnings).toContainEqual(expect.stringContaining("does not exist yet"));
    expect(tags.map(({ before }) => before)).toEqual([undefined, undefined]);
  });

  it("cannot become what is no image", async () => {
    const world = makeReleaseWorld();
    await world.registries.repository(APP).manifests.put("v1.4.2", world.image.manifest, ANY);
    const repository = world.registries.repository(APP);
    const bytes = Buffer.from("{}");
    const manifests = {
      ...repository.manifests,
      get: async () => ({ ...world.image.manifest, bytes }),
    };
    const registries = { ...world.registries, repository: () => ({ ...repository, manifests }) };
    expect(await refusals({ ...world, registries })).toEqual(["TAG_TAKEN"]);
  });
});
