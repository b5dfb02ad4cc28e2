import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { createKeyPair, loadSigner, readPublicKey, verifyImage } from "../attest/index.ts";
import { makeFolder } from "../config/testing/folder.ts";
import type { Outcome, TestResult } from "../model/index.ts";
import { digestOf, type Manifest, MEDIA_TYPES } from "../registry/index.ts";
import { denies, dies } from "../registry/memory/index.ts";
import type { Signing } from "./prepared.ts";
import {
  ANY,
  APP,
  COMMIT,
  evidenceOf,
  identityOf,
  makeReleaseWorld,
  outcomeOf,
  planWith,
  type ReleaseWorld,
  suiteOf,
} from "./testing/world.ts";

const TESTS: TestResult[] = ["a", "b", "c"].map((name) => ({
  group: "g",
  name,
  status: "passed",
  duration: 1,
}));

async function makeSigning(folder: string): Promise<{ signing: Signing; publicKey: string }> {
  const { privateKey, publicKey } = await createKeyPair({});
  const signer = await loadSigner({ pem: privateKey });
  return { signing: { signer, folder, version: "0.1.0" }, publicKey };
}

function found(...outcomes: Outcome[]) {
  const evidence = outcomes.map((outcome) => ({ ...evidenceOf(outcome), tests: async () => TESTS }));
  return { evidence, invalid: [], warnings: [] };
}

function verify(world: ReleaseWorld, publicKey: string, reference = "v1.4.2") {
  return verifyImage({
    repository: world.registries.repository(APP),
    reference,
    keys: [readPublicKey(publicKey, "the key")],
    require: { suites: ["unit", "check"], commit: COMMIT },
    now: Date.now,
    signal: ANY,
  });
}

function checked(world: ReleaseWorld): Outcome {
  const counts = { passed: 1, failed: 0, skipped: 0 };
  const results = [{ group: "check.user", name: "non-root", status: "passed", duration: 1 } as const];
  const { imageId } = world.identity;
  return outcomeOf(world.identity, { check: { status: "passed", imageId, counts, duration: 1, results } });
}

it("attests each suite and the checks before a tag is set, where verify finds them", async () => {
  await using folder = await makeFolder({});
  const world = makeReleaseWorld();
  const { signing, publicKey } = await makeSigning(folder.path);
  const { receipt, problems, warnings } = await world.release({ signing, found: found(checked(world)) });
  expect([problems, warnings]).toEqual([[], []]);
  expect(receipt.attestations).toMatchObject([
    { suite: "unit", keyId: signing.signer.keyId, file: "attestations/unit.sigstore.json" },
    { suite: "check", file: "attestations/check.sigstore.json" },
  ]);
  expect(await readFile(`${folder.path}/attestations/unit.sigstore.json`, "utf8")).toContain("dsseEnvelope");
  expect(await verify(world, publicKey)).toMatchObject({
    holds: true,
    digest: world.image.manifest.digest,
    attestations: [{ attested: ["check", "unit"] }, { attested: ["check", "unit"] }],
  });
});

it("attests anew what a later release of the image has more, so that all of it is missed when it goes", async () => {
  await using folder = await makeFolder({});
  const world = makeReleaseWorld();
  const { signing, publicKey } = await makeSigning(folder.path);
  const [before, after] = [
    await world.release({ signing, found: found(outcomeOf(world.identity)) }),
    await world.release({ signing, found: found(checked(world)) }),
  ];
  expect([before, after].map(({ receipt }) => receipt.attestations.length)).toEqual([1, 2]);
  const { attestations } = await verify(world, publicKey);
  expect(attestations.map(({ suite, attested }) => [suite, attested])).toEqual([
    ["check", ["check", "unit"]],
    ["unit", expect.arrayContaining(["unit"])],
    ["unit", expect.arrayContaining(["unit"])],
  ]);
});

it("attaches nothing twice", async () => {
  await using folder = await makeFolder({});
  const world = makeReleaseWorld();
  const { signing, publicKey } = await makeSigning(folder.path);
  const first = await world.release({ signing, found: found(checked(world)) });
  world.registry.fault(denies("referrers.attach", "manifests.put"));
  const again = await world.release({ signing, found: found(checked(world)) });
  expect(again.problems).toEqual([]);
  expect(again.receipt.attestations).toEqual(first.receipt.attestations);
  expect((await verify(world, publicKey)).attestations).toHaveLength(2);
});

it("sets no tag when an attestation cannot be attached, and completes later", async () => {
  await using folder = await makeFolder({});
  const world = makeReleaseWorld();
  const { signing } = await makeSigning(folder.path);
  const mend = world.registry.fault(denies("referrers.attach"));
  const { receipt, problems } = await world.release({ signing, found: found(checked(world)) });
  mend();
  expect(problems).toMatchObject([{ code: "REGISTRY_DENIED" }]);
  expect(receipt.tags.map(({ state }) => state)).toEqual(["not-set", "not-set"]);
  expect((await world.release({ signing, found: found(checked(world)) })).receipt.status).toBe("released");
});

it("knows in its receipt which attestations are there when the registry dies", async () => {
  await using folder = await makeFolder({});
  const { signing } = await makeSigning(folder.path);
  const statuses = new Set<string>();
  for (let after = 4; after < 16; after += 1) {
    const world = makeReleaseWorld();
    const revive = world.registry.fault(dies({ after }));
    const { receipt } = await world.release({ signing, found: found(checked(world)) });
    revive();
    statuses.add(`${receipt.status} ${receipt.attestations.length}`);
    const anyTag = receipt.tags.some(({ state }) => state !== "not-set");
    expect(anyTag && receipt.attestations.length < 2).toBe(false);
  }
  expect([...statuses]).toEqual(expect.arrayContaining(["failed 0", "failed 1", "failed 2"]));
});

it("attests in the repository of the release when that is another one", async () => {
  await using folder = await makeFolder({});
  const world = makeReleaseWorld();
  const { signing, publicKey } = await makeSigning(folder.path);
  const repository = { registry: APP.registry, repository: "team/released" };
  const { problems } = await world.release({
    signing,
    plan: planWith({ repository }),
    found: found(checked(world)),
  });
  expect(problems).toEqual([]);
  const verification = await verifyImage({
    repository: world.registries.repository(repository),
    reference: "latest",
    keys: [readPublicKey(publicKey, "the key")],
    now: Date.now,
    signal: ANY,
  });
  expect(verification.holds).toBe(true);
});

it("attests shards of several jobs as one suite, whatever their engines call the image", async () => {
  await using folder = await makeFolder({});
  const world = makeReleaseWorld();
  const { signing, publicKey } = await makeSigning(folder.path);
  const { digest } = world.image.manifest;
  const shards = [1, 2].map((shard) => {
    // The second engine has the containerd store.
    const image = shard === 1 ? world.identity : { ...world.identity, imageId: digest };
    const suites = [suiteOf({ imageId: image.imageId, shards: 2, shard })];
    return outcomeOf(image, { run: `r${shard}`, suites });
  });
  const { problems } = await world.release({ signing, found: found(...shards) });
  expect(problems).toEqual([]);
  const { attestations } = await verifyImage({
    repository: world.registries.repository(APP),
    reference: digest,
    keys: [readPublicKey(publicKey, "the key")],
    now: Date.now,
    signal: ANY,
  });
  expect(attestations).toMatchObject([
    {
      suite: "unit",
      runs: [
        { id: "r1", shard: 1 },
        { id: "r2", shard: 2 },
      ],
    },
  ]);
});

it("attests an index for each platform that was tested", async () => {
  await using folder = await makeFolder({});
  const world = makeReleaseWorld();
  const { signing, publicKey } = await makeSigning(folder.path);
  const arm = world.registry.addImage(APP, { layers: ["arm"], platform: "linux/arm64" });
  const entry = ({ digest, mediaType, bytes }: Manifest, architecture: string) => ({
    mediaType,
    digest,
    size: bytes.length,
    platform: { os: "linux", architecture },
  });
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociIndex,
      manifests: [entry(world.image.manifest, "amd64"), entry(arm.manifest, "arm64")],
    }),
  );
  const index: Manifest = { digest: digestOf(bytes), mediaType: MEDIA_TYPES.ociIndex, bytes };
  const repository = world.registries.repository(APP);
  await repository.manifests.put(index.digest, index, ANY);
  const onArm = identityOf(arm, "linux/arm64");
  const suites = [suiteOf({ imageId: onArm.imageId })];
  const { problems } = await world.release({
    signing,
    image: { repository: APP, reference: index.digest },
    expected: undefined,
    found: found(outcomeOf(world.identity), outcomeOf(onArm, { run: "r2", suites })),
  });
  expect(problems).toEqual([]);
  const { holds, attestations } = await verifyImage({
    repository,
    reference: "latest",
    keys: [readPublicKey(publicKey, "the key")],
    now: Date.now,
    signal: ANY,
  });
  expect(holds).toBe(true);
  expect(attestations.map(({ platform }) => platform).sort()).toEqual(["linux/amd64", "linux/arm64"]);
});

it("refuses to sign what nobody can name: the tests were not brought along", async () => {
  await using folder = await makeFolder({});
  const world = makeReleaseWorld();
  const { signing } = await makeSigning(folder.path);
  const { problems } = await world.release({ signing });
  expect(problems).toMatchObject([{ code: "EVIDENCE_INVALID", message: expect.stringContaining("JUnit") }]);
});

it("says that nothing is attested where there is no key", async () => {
  const { warnings, receipt } = await makeReleaseWorld().release();
  expect(warnings).toEqual([expect.stringContaining("not attested")]);
  expect(receipt.attestations).toEqual([]);
});
