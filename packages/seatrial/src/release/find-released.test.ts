import { describe, expect, it } from "vitest";
import type { PushedImage } from "../model/index.ts";
import { formatReference } from "../registry/index.ts";
import { createMemoryRegistry, denies, type MemoryImage } from "../registry/memory/index.ts";
import { readRecord, recordTag, writeRecord } from "./build-record.ts";
import { type FindReleasedOptions, findReleased } from "./find-released.ts";
import { ANY, APP, COMMIT, identityOf } from "./testing/world.ts";

const OTHER = "badc0de0badc0de0badc0de0badc0de0badc0de0";
const WAITING = { registry: "registry.example", repository: "team/app-candidates" };

/** A registry where one build of the commit was pushed; what ships is released as `v1` and the commit. */
async function released(options: { platform?: string; candidate?: typeof APP } = {}) {
  const registry = createMemoryRegistry();
  const registries = registry.connect();
  const candidate = options.candidate ?? APP;
  const add = (layers: string[]) => registry.addImage(candidate, { layers, platform: options.platform });
  const [release, test] = [add(["base", "app"]), add(["base", "app", "tests"])];
  const images = [pushedOf("test", test), pushedOf("release", release)];
  const repository = registries.repository(candidate);
  await writeRecord({ repository, commit: COMMIT, release: "release", images, signal: ANY });
  registry.addImage(APP, { layers: ["base", "app"], platform: options.platform });
  for (const tag of ["v1", COMMIT]) registry.setTag(APP, tag, release.manifest.digest);
  const find = (changes: Partial<FindReleasedOptions> = {}) =>
    findReleased({
      registries,
      repository: APP,
      tags: ["v1", COMMIT],
      candidate: { repository: candidate },
      commit: COMMIT,
      release: "release",
      targets: ["release", "test"],
      platform: "linux/amd64",
      signal: ANY,
      ...changes,
    });
  return { registry, repository, release, test, find };

  function pushedOf(target: string, image: MemoryImage): PushedImage {
    const { digest, mediaType, bytes } = image.manifest;
    const reference = formatReference({ ...candidate, digest });
    return { ...identityOf(image), target, reference, digest, mediaType, size: bytes.length };
  }
}

describe("what was released of a commit", () => {
  it("is the image behind its immutable tags, with the test image of the same build", async () => {
    const { find, release, test } = await released();
    expect(await find()).toMatchObject({
      tag: "v1",
      images: [
        { target: "release", digest: release.manifest.digest, imageId: release.imageId },
        { target: "test", digest: test.manifest.digest, layers: test.diffIds },
      ],
    });
  });

  it("is found where one of its tags is still free: a tag that is pushed after its branch", async () => {
    const { find, release } = await released();
    const found = await find({ tags: ["v2", "", COMMIT] });
    expect(found).toMatchObject({ tag: COMMIT, images: [{ digest: release.manifest.digest }, {}] });
  });

  it("is found where candidates wait in a repository of their own", async () => {
    const { find, test } = await released({ candidate: WAITING });
    const reference = `registry.example/team/app-candidates@${test.manifest.digest}`;
    expect(await find()).toMatchObject({ images: [{}, { reference }] });
  });

  it.each<[string, Partial<FindReleasedOptions>]>([
    ["none of its tags was set", { tags: ["v2"] }],
    ["its tag was set by another commit", { commit: OTHER }],
    ["something is built that was not then", { targets: ["release", "test", "docs"] }],
    ["this machine cannot run it", { platform: "linux/arm64" }],
    ["another target ships now", { release: "test" }],
  ])("is nothing where %s", async (_why, changes) => {
    const { find } = await released();
    expect(await find(changes)).toBeUndefined();
  });

  it("is nothing where its tags name two images, or one that somebody else put there", async () => {
    const { find, registry, test } = await released();
    registry.setTag(APP, "v1", test.manifest.digest);
    expect(await find()).toBeUndefined();
    expect(await find({ tags: ["v1"] })).toBeUndefined();
  });

  it("is nothing where the test image is gone, or the record is no record", async () => {
    const gone = await released();
    const record = await readRecord({ ...gone, commit: COMMIT, imageId: gone.release.imageId, signal: ANY });
    expect([...(record ?? [])].map(([target]) => target)).toEqual(["release", "test"]);
    gone.registry.setTag(APP, recordTag(COMMIT, gone.release.imageId), gone.test.manifest.digest);
    expect(await gone.find()).toBeUndefined();
  });

  it("is nothing where the registry lets nobody look: the repository may not exist yet", async () => {
    const { registry, find } = await released();
    registry.fault(denies());
    const denials: string[] = [];
    expect(await find({ onDenied: ({ code }) => void denials.push(code) })).toBeUndefined();
    expect(denials).toEqual(["REGISTRY_DENIED", "REGISTRY_DENIED"]);
  });

  it("fits an image whose platform names a variant", async () => {
    const { find } = await released({ platform: "linux/arm64/v8" });
    expect(await find({ platform: "linux/arm64" })).toMatchObject({ tag: "v1" });
  });
});
