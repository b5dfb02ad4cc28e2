import { expect, it } from "vitest";
import { createKeyPair, loadSigner } from "../attest/index.ts";
import { makeFolder } from "../config/testing/folder.ts";
import type { Digest } from "../model/index.ts";
import type { ApplyReleaseOptions } from "./apply.ts";
import type { Evidence } from "./evidence.ts";
import type { Signing } from "./prepared.ts";
import { APP, COMMIT, evidenceOf, makeReleaseWorld, outcomeOf, pushedOf } from "./testing/world.ts";

async function signingIn(folder: string): Promise<Signing> {
  const { privateKey } = await createKeyPair({});
  return { signer: await loadSigner({ pem: privateKey }), folder, version: "0.1.0" };
}

/** A registry with one image, and releases of it that come with the tests of their suite. */
function world() {
  const made = makeReleaseWorld();
  const tests = ["a", "b", "c"].map((name) => ({ group: "", name, status: "passed", duration: 1 }) as const);
  const evidence = (commit = COMMIT) => [
    {
      ...evidenceOf(outcomeOf(made.identity, { source: { commit, dirty: false } })),
      tests: async () => [...tests],
    },
  ];
  return {
    ...made,
    evidence,
    async release(changes: Partial<ApplyReleaseOptions>, commit = COMMIT) {
      const { problems, receipt } = await made.release({
        found: { evidence: evidence(commit), invalid: [], warnings: [] },
        source: { now: { commit, dirty: false } },
        ...changes,
      });
      return { codes: problems.map(({ code }) => code), tags: receipt.tags.map(({ state }) => state) };
    },
  };
}

it("what was taken from a release of this key is released again, and gets the tags that are free", async () => {
  await using folder = await makeFolder({});
  const signing = await signingIn(folder.path);
  const { release, registry, image } = world();
  expect((await release({ signing })).codes).toEqual([]);
  registry.setTag(APP, "latest", registry.addImage(APP, { layers: ["older"] }).manifest.digest);
  const again = await release({ signing, taken: true });
  expect(again).toEqual({ codes: [], tags: ["unchanged", "set"] });
  expect(registry.tagged(APP, "latest")).toBe(image.manifest.digest);
});

it("what somebody put under the tag before the commit was built is not signed, however well it is tested", async () => {
  await using folder = await makeFolder({});
  const signing = await signingIn(folder.path);
  const { release, registry, image } = world();
  registry.setTag(APP, "v1.4.2", image.manifest.digest);
  expect(await release({ signing, taken: true })).toEqual({
    codes: ["EVIDENCE_NOT_ATTESTED"],
    tags: ["not-set", "not-set"],
  });
  expect(registry.tagged(APP, "latest")).toBeUndefined();
});

it("an attestation by another key, or of another commit, does not make it good", async () => {
  await using folder = await makeFolder({});
  const [own, other] = [await signingIn(folder.path), await signingIn(folder.path)];
  const { release } = world();
  expect((await release({ signing: other })).codes).toEqual([]);
  expect((await release({ signing: own, taken: true })).codes).toEqual(["EVIDENCE_NOT_ATTESTED"]);
  const earlier = "badc0de0badc0de0badc0de0badc0de0badc0de0";
  expect((await release({ signing: own }, earlier)).codes).toEqual([]);
  expect((await release({ signing: own, taken: true })).codes).toEqual(["EVIDENCE_NOT_ATTESTED"]);
});

it("a list that lost where its image came from is held to the build that took it", async () => {
  await using folder = await makeFolder({});
  const signing = await signingIn(folder.path);
  const { release, evidence, ...made } = world();
  const { digest } = made.image.manifest;
  const build = (manifest?: Digest) =>
    evidenceOf(
      outcomeOf({ ...made.identity, manifest }, { run: "r0", suites: [], pushed: [pushedOf(made)] }),
    );
  const withBuilds = (...builds: Evidence[]) => ({
    signing,
    found: { evidence: [...evidence(), ...builds], invalid: [], warnings: [] },
  });
  expect((await release(withBuilds(build(digest)))).codes).toEqual(["EVIDENCE_NOT_ATTESTED"]);
  // One that built it vouches for it.
  expect((await release(withBuilds(build(digest), build()))).codes).toEqual([]);
});

it("without a key nothing is signed, so that nothing is asked", async () => {
  const { release } = world();
  expect((await release({ taken: true })).codes).toEqual([]);
});
