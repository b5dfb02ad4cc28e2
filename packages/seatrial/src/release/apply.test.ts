import { describe, expect, it } from "vitest";
import type { Manifests } from "../registry/index.ts";
import { denies, deniesUntilPushed, lies, onCall } from "../registry/memory/index.ts";
import {
  APP,
  addEvil,
  COMMIT,
  evidenceOf,
  makeReleaseWorld,
  outcomeOf,
  planWith,
  suiteOf,
} from "./testing/world.ts";

const OTHER = { registry: APP.registry, repository: "team/released" };
const ELSEWHERE = { registry: "other.example", repository: "app" };

describe("a release in the repository of its candidate", () => {
  it("gives the tested manifest its tags, and moves nothing but the manifest", async () => {
    const world = makeReleaseWorld();
    const { receipt, problems, exitCode } = await world.release();
    const { digest } = world.image.manifest;
    expect(problems).toEqual([]);
    expect(exitCode).toBe(0);
    expect(world.registry.tagged(APP, "v1.4.2")).toBe(digest);
    expect(world.registry.tagged(APP, "latest")).toBe(digest);
    expect(receipt).toMatchObject({
      version: 1,
      status: "released",
      repository: "registry.example/team/app",
      digest,
      imageId: world.image.imageId,
      candidate: { reference: `registry.example/team/app@${digest}`, pushed: false },
      tags: [
        { tag: "v1.4.2", kind: "immutable", after: digest, state: "set" },
        { tag: "latest", kind: "floating", after: digest, state: "set" },
      ],
      evidence: [{ suite: "unit", run: "r1", proof: { kind: "identical" }, passed: 3 }],
      traffic: { blobBytesUp: 0, blobsMounted: 0, bytesUp: 2 * world.image.manifest.bytes.length },
    });
  });

  it("says what a tag named before", async () => {
    const world = makeReleaseWorld();
    const old = world.registry.addImage(APP, { tag: "latest", layers: ["old"] }).manifest.digest;
    const { receipt } = await world.release();
    expect(receipt.tags[1]).toMatchObject({ tag: "latest", before: old, state: "set" });
  });

  it("sets nothing when it is run again", async () => {
    const world = makeReleaseWorld();
    await world.release();
    world.registry.fault(denies("manifests.put", "blobs.put"));
    const { receipt, problems } = await world.release();
    expect(problems).toEqual([]);
    expect(receipt.tags.map(({ state }) => state)).toEqual(["unchanged", "unchanged"]);
    expect(receipt.traffic.bytesUp).toBe(0);
  });

  it("is refused with all reasons before anything is changed", async () => {
    const world = makeReleaseWorld();
    const old = world.registry.addImage(APP, { tag: "v1.4.2", layers: ["old"] }).manifest.digest;
    world.registry.fault(denies("manifests.put"));
    const { receipt, problems, exitCode } = await world.release({
      found: { evidence: [], invalid: [], warnings: [] },
    });
    expect(problems.map(({ code }) => code)).toEqual(["RELEASE_NO_EVIDENCE", "TAG_TAKEN"]);
    expect(exitCode).toBe(1);
    expect(receipt).toMatchObject({
      status: "failed",
      tags: [{ before: old, state: "not-set" }, { state: "not-set" }],
    });
    expect(world.registry.tagged(APP, "latest")).toBeUndefined();
  });

  it("is refused when what counts as evidence is none", async () => {
    const world = makeReleaseWorld();
    const problem = { code: "EVIDENCE_INVALID", message: "runs/r0/outcome.json cannot be evidence" };
    const invalid = [{ problem, isNamed: true, digests: new Set<string>() }];
    const evidence = [evidenceOf(outcomeOf(world.identity))];
    const { problems } = await world.release({ found: { evidence, invalid, warnings: [] } });
    expect(problems).toEqual([problem]);
  });

  it("finds its image by a tag too, which it reads once", async () => {
    const world = makeReleaseWorld();
    const reference = `candidate-${COMMIT}`;
    const { receipt } = await world.release({ image: { repository: APP, reference }, expected: undefined });
    expect(receipt).toMatchObject({ status: "released", digest: world.image.manifest.digest });
  });
});

describe("attacks", () => {
  it("the image was swapped between test and release: the digest names another one", async () => {
    const world = makeReleaseWorld();
    const evil = world.registry.addImage(APP, { layers: ["base", "evil"] }).manifest.digest;
    const { problems } = await world.release({ image: { repository: APP, reference: evil } });
    expect(problems).toMatchObject([{ code: "IMAGE_SWAPPED" }]);
    expect(world.registry.tagged(APP, "latest")).toBeUndefined();
  });

  it("the image was swapped in the list of pushed images too: the evidence does not speak of it", async () => {
    const world = makeReleaseWorld();
    const evil = world.registry.addImage(APP, { layers: ["base", "evil"] });
    const { problems } = await world.release({
      image: { repository: APP, reference: evil.manifest.digest },
      expected: { imageId: evil.imageId, layers: evil.diffIds, platform: "linux/amd64" },
    });
    expect(problems).toMatchObject([{ code: "EVIDENCE_OTHER_IMAGE" }]);
  });

  it("other layers were put under the tested configuration, as the candidate's tag", async () => {
    const world = makeReleaseWorld();
    const reference = `candidate-${COMMIT}`;
    const evil = addEvil(world, { tag: reference });
    expect(evil.imageId).toBe(world.image.imageId);
    const { problems, exitCode } = await world.release({ image: { repository: APP, reference } });
    expect(problems).toMatchObject([
      { code: "IMAGE_SWAPPED", message: expect.stringContaining(`${evil.layers[1]?.digest} unpacks to`) },
    ]);
    expect(exitCode).toBe(1);
    expect(world.registry.tagged(APP, "v1.4.2")).toBeUndefined();
  });

  it("other layers were put under the tested configuration, and the list of pushed images names them", async () => {
    const world = makeReleaseWorld();
    const { digest } = addEvil(world).manifest;
    const { problems } = await world.release({
      image: { repository: APP, reference: digest },
      expected: { ...world.identity, digest },
    });
    expect(problems).toMatchObject([{ code: "IMAGE_SWAPPED" }]);
    expect(world.registry.tagged(APP, "latest")).toBeUndefined();
  });

  it("other layers were put under the tested configuration, and --image names them", async () => {
    const world = makeReleaseWorld();
    const { digest } = addEvil(world).manifest;
    const { problems } = await world.release({
      image: { repository: APP, reference: digest },
      expected: undefined,
    });
    expect(problems).toMatchObject([{ code: "IMAGE_SWAPPED" }]);
    expect(world.registry.tagged(APP, "latest")).toBeUndefined();
  });

  it("the candidate tag was moved between test and release", async () => {
    const world = makeReleaseWorld();
    const reference = `candidate-${COMMIT}`;
    world.registry.addImage(APP, { tag: reference, layers: ["base", "evil"] });
    const { problems } = await world.release({ image: { repository: APP, reference } });
    expect(problems).toMatchObject([{ code: "IMAGE_SWAPPED" }]);
  });

  it("a configuration that names other layers than the manifest has", async () => {
    const world = makeReleaseWorld({ diffIds: [`sha256:${"1".repeat(64)}`] });
    const { problems } = await world.release();
    expect(problems).toMatchObject([{ code: "CANDIDATE_INVALID" }]);
  });

  it("the registry sends other bytes", async () => {
    const world = makeReleaseWorld();
    world.registry.fault(lies(world.image.manifest.digest));
    const { problems } = await world.release();
    expect(problems).toMatchObject([{ code: "REGISTRY_DIGEST_MISMATCH" }]);
  });

  it("a tag is moved by somebody else before it is set: theirs stays", async () => {
    const world = makeReleaseWorld();
    const theirs = world.registry.addImage(APP, { layers: ["theirs"] }).manifest.digest;
    world.registry.fault(
      onCall({ operation: "manifests.put", subject: "v1.4.2" }, () =>
        world.registry.setTag(APP, "latest", theirs),
      ),
    );
    const { receipt, problems, exitCode } = await world.release();
    expect(problems).toMatchObject([{ code: "TAG_MOVED", message: expect.stringContaining(theirs) }]);
    expect(exitCode).toBe(1);
    expect(world.registry.tagged(APP, "latest")).toBe(theirs);
    expect(receipt.tags.map(({ state }) => state)).toEqual(["set", "not-set"]);
  });

  it("a tag that named the image already is moved by somebody else meanwhile: it is not called unchanged", async () => {
    const world = makeReleaseWorld();
    world.registry.setTag(APP, "latest", world.image.manifest.digest);
    const theirs = world.registry.addImage(APP, { layers: ["theirs"] }).manifest.digest;
    world.registry.fault(
      onCall({ operation: "manifests.put", subject: "v1.4.2" }, () =>
        world.registry.setTag(APP, "latest", theirs),
      ),
    );
    const { receipt, problems } = await world.release();
    expect(problems).toMatchObject([{ code: "TAG_MOVED", message: expect.stringContaining(theirs) }]);
    expect(receipt.tags.map(({ state }) => state)).toEqual(["set", "not-set"]);
    expect(world.registry.tagged(APP, "latest")).toBe(theirs);
  });

  it("a tag is moved by somebody else after it was set", async () => {
    const world = makeReleaseWorld();
    const theirs = world.registry.addImage(APP, { layers: ["theirs"] }).manifest.digest;
    world.registry.fault(
      onCall({ operation: "manifests.get", subject: "latest" }, () =>
        world.registry.setTag(APP, "latest", theirs),
      ),
    );
    const { receipt, problems } = await world.release();
    expect(problems).toMatchObject([{ code: "TAG_MOVED", message: expect.stringContaining(theirs) }]);
    expect(receipt).toMatchObject({
      status: "failed",
      tags: [{ state: "set" }, { state: "not-set", after: theirs }],
    });
  });

  it("a registry says of a tag that it names the image already, and gives out another one", async () => {
    const world = makeReleaseWorld();
    await world.release();
    const theirs = world.registry.addImage(APP, { layers: ["theirs"] }).manifest;
    const real = world.registries.repository(APP);
    const get: Manifests["get"] = async (reference, signal) =>
      reference === "latest" ? theirs : await real.manifests.get(reference, signal);
    const lying = { ...real, manifests: { ...real.manifests, get } };
    const registries = { ...world.registries, repository: () => lying };
    const { receipt, problems } = await world.release({ registries });
    expect(problems).toMatchObject([{ code: "TAG_MOVED" }]);
    expect(receipt.tags).toMatchObject([
      { state: "unchanged" },
      { tag: "latest", state: "not-set", after: theirs.digest },
    ]);
  });

  it("the user stops it: what was done stays told", async () => {
    const world = makeReleaseWorld();
    const stop = new AbortController();
    world.registry.fault(
      onCall({ operation: "manifests.resolve", subject: "latest" }, (call) => {
        if (call.count > 4) stop.abort(new Error("stopped"));
      }),
    );
    const { receipt, exitCode } = await world.release({ signal: stop.signal });
    expect(exitCode).toBe(130);
    expect(receipt).toMatchObject({ status: "stopped", tags: [{ state: "set" }, { state: "not-set" }] });
  });
});

describe("a release into another repository", () => {
  const plan = planWith({ repository: OTHER });

  it("mounts the blobs and keeps the digest", async () => {
    const world = makeReleaseWorld();
    const { receipt, problems } = await world.release({ plan });
    const { digest } = world.image.manifest;
    expect(problems).toEqual([]);
    expect(world.registry.tagged(OTHER, "v1.4.2")).toBe(digest);
    expect(receipt.traffic).toMatchObject({ blobBytesUp: 0, blobsMounted: 3 });
  });

  it("makes one that does not exist yet, also where the registry shows nobody what is not there", async () => {
    const world = makeReleaseWorld();
    world.registry.fault(deniesUntilPushed(OTHER));
    const { problems, warnings } = await world.release({ plan });
    expect(problems).toEqual([]);
    expect(warnings).toContainEqual(expect.stringMatching(/^registry.example\/team\/released is taken for/));
    expect(world.registry.tagged(OTHER, "v1.4.2")).toBe(world.image.manifest.digest);
  });

  it("never moves an immutable tag that it was not shown at first, nor a floating one that may be newer", async () => {
    for (const tag of ["v1.4.2", "latest"]) {
      const world = makeReleaseWorld();
      const theirs = world.registry.addImage(OTHER, { layers: ["theirs"], tag });
      world.registry.fault(deniesUntilPushed(OTHER));
      const { problems } = await world.release({ plan });
      expect(problems).toMatchObject([{ code: "TAG_MOVED" }]);
      expect(world.registry.tagged(OTHER, tag)).toBe(theirs.manifest.digest);
    }
  });

  it("is refused where nobody may push either, and where its image lies there no tag may be hidden", async () => {
    const world = makeReleaseWorld();
    const restore = world.registry.fault((call) =>
      call.repository.repository === OTHER.repository ? denies()(call) : undefined,
    );
    expect(await world.release({ plan })).toMatchObject({
      exitCode: 3,
      problems: [{ code: "REGISTRY_DENIED" }],
      receipt: { tags: [{ state: "not-set" }, { state: "not-set" }] },
    });
    restore();
    world.registry.fault(denies("manifests.resolve"));
    expect(await world.release()).toMatchObject({ problems: [{ code: "REGISTRY_DENIED" }] });
  });

  it("uploads what the registry will not mount", async () => {
    const world = makeReleaseWorld();
    const target = { ...world.registries };
    target.repository = (name) => {
      const repository = world.registries.repository(name);
      return { ...repository, blobs: { ...repository.blobs, mount: async () => false } };
    };
    const { receipt, problems } = await world.release({ plan, registries: target });
    expect(problems).toEqual([]);
    expect(receipt.traffic.blobsMounted).toBe(0);
    expect(receipt.traffic.blobBytesUp).toBeGreaterThan(0);
    expect(world.registry.tagged(OTHER, "latest")).toBe(world.image.manifest.digest);
  });

  it("uploads into another registry, which has nothing to mount", async () => {
    const world = makeReleaseWorld();
    const { receipt, problems } = await world.release({ plan: planWith({ repository: ELSEWHERE }) });
    expect(problems).toEqual([]);
    expect(world.registry.tagged(ELSEWHERE, "latest")).toBe(world.image.manifest.digest);
    expect(receipt.traffic.blobBytesUp).toBeGreaterThan(0);
  });

  it("says how many bytes went up before it was cut off", async () => {
    const world = makeReleaseWorld();
    world.registry.fault(onCall({ operation: "manifests.put" }, denies()));
    const { receipt, problems } = await world.release({ plan: planWith({ repository: ELSEWHERE }) });
    expect(problems).toMatchObject([{ code: "REGISTRY_DENIED" }]);
    expect(receipt.imageBytesUp).toBe(receipt.traffic.blobBytesUp);
    expect(receipt.imageBytesUp).toBeGreaterThan(0);
  });

  it("copies nothing when it is run again", async () => {
    const world = makeReleaseWorld();
    await world.release({ plan });
    world.registry.fault(denies("blobs.mount", "blobs.put", "manifests.put"));
    const { problems, receipt } = await world.release({ plan });
    expect(problems).toEqual([]);
    expect(receipt.traffic).toMatchObject({ bytesUp: 0, blobsMounted: 0 });
  });
});

it("needs each suite to pass: statuses are not enough", async () => {
  const world = makeReleaseWorld();
  const suites = [suiteOf({ imageId: world.image.imageId, status: "failed" })];
  const evidence = [evidenceOf(outcomeOf(world.identity, { suites, status: "failed" }))];
  const { problems } = await world.release({ found: { evidence, invalid: [], warnings: [] } });
  expect(problems).toMatchObject([{ code: "EVIDENCE_SUITE_FAILED", subject: "unit" }]);
});
