import { describe, expect, it } from "vitest";
import { denies, dies, lies } from "../registry/memory/index.ts";
import { COMMIT, FINISHED, suite, test } from "./testing/evidence.ts";
import { harbour, outcomeOf, signal } from "./testing/harbour.ts";

const DAY = 86_400_000;

describe("verifying an image", () => {
  it("tells what was proved, by whom, when, of which commit, with which services", async () => {
    const { attach, statement, verify, image, ours } = await harbour();
    const { digest: referrer } = await attach(statement({ url: "https://ci.example.com/1" }));
    const verification = await verify();
    expect(verification).toMatchObject({
      reference: "registry.example.com/shop:v1",
      digest: image.manifest.digest,
      images: [{ imageId: image.imageId }],
      holds: true,
      problems: [],
      ignored: [],
    });
    expect(verification.attestations).toMatchObject([
      {
        referrer,
        suite: "unit",
        proof: { kind: "identical" },
        counts: { passed: 2, failed: 0, skipped: 1 },
        skippedTests: ["cart::TestSlow"],
        keyId: ours.keyId,
        finishedAt: "2026-11-21T11:19:27.500Z",
        commit: COMMIT,
        dirty: false,
        services: [{ name: "redis", image: "redis:8", isLocal: true, standIn: true }],
        url: "https://ci.example.com/1",
      },
    ]);
  });

  it("takes a digest as well as a tag", async () => {
    const { attach, statement, verify, image } = await harbour();
    await attach(statement());
    const { digest } = image.manifest;
    expect(await verify({ reference: digest })).toMatchObject({
      reference: `registry.example.com/shop@${digest}`,
      holds: true,
    });
  });

  it("takes statements of each key that is given, and of no other", async () => {
    const { attach, statement, verify, image, ours, theirs } = await harbour();
    const other = outcomeOf(image.imageId, { suites: [suite({ name: "api", imageId: image.imageId })] });
    await attach(statement());
    await attach(statement({ suite: "api", outcomes: [other] }), { signer: theirs });
    const both = await verify({ keys: [theirs.publicKey, ours.publicKey] });
    expect(both.attestations.map(({ suite, keyId }) => [suite, keyId])).toEqual([
      ["api", theirs.keyId],
      ["unit", ours.keyId],
    ]);
    const one = await verify();
    expect(one.attestations.map(({ suite }) => suite)).toEqual(["unit"]);
    expect(one.ignored).toMatchObject([{ why: "unknown-key" }]);
  });

  it("puts the newest statement of a suite first, and one that was attached twice once", async () => {
    const { attach, statement, verify, image } = await harbour();
    const later = outcomeOf(image.imageId, { run: "later", startedAt: "2026-11-21T11:19:18.000Z" });
    await attach(statement());
    await attach(statement());
    await attach(statement({ outcomes: [later] }));
    const { attestations } = await verify();
    expect(attestations.map(({ runs }) => runs[0]?.id)).toEqual(["later", "20261121-111917-eb9hmc"]);
  });

  it("fails for a name that there is no image under", async () => {
    const { verify } = await harbour();
    await expect(verify({ reference: "v2" })).toThrowWithCode("ATTESTED_IMAGE_NOT_FOUND");
  });

  it("fails as the registry does, and does not call that a verdict", async () => {
    const away = await harbour();
    await away.attach(away.statement());
    away.registry.fault(dies({ after: 2 }));
    await expect(away.verify()).toThrowWithCode("REGISTRY_UNREACHABLE");
    const denied = await harbour();
    await denied.attach(denied.statement());
    denied.registry.fault(denies("blobs.open"));
    await expect(denied.verify()).toThrowWithCode("REGISTRY_DENIED");
  });

  it("stops when it is told to", async () => {
    const { verify } = await harbour();
    await expect(verify({ signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
    expect(signal.aborted).toBe(false);
  });
});

describe("what can be required", () => {
  it("is each named suite", async () => {
    const { attach, statement, verify } = await harbour();
    await attach(statement());
    expect((await verify({ require: { suites: ["unit"] } })).holds).toBe(true);
    expect(await verify({ require: { suites: ["unit", "api", "check"] } })).toMatchObject({
      holds: false,
      problems: [
        "api: no attestation by the keys that were given",
        "check: no attestation by the keys that were given",
      ],
    });
  });

  it.each([
    [COMMIT, true],
    [COMMIT.slice(0, 7), true],
    [COMMIT.toUpperCase(), true],
    ["b".repeat(40), false],
    [`${COMMIT}0`, false],
  ])("is the commit %s: %s", async (commit, holds) => {
    const { attach, statement, verify } = await harbour();
    await attach(statement());
    expect((await verify({ require: { commit } })).holds).toBe(holds);
  });

  it.each([
    ["a tree with changes", { commit: COMMIT, dirty: true }],
    ["no commit", {}],
  ])("is a commit, and %s is none", async (_what, source) => {
    const { attach, statement, verify, image } = await harbour();
    await attach(statement({ outcomes: [outcomeOf(image.imageId, { source })] }));
    expect((await verify()).holds).toBe(true);
    const verification = await verify({ require: { commit: COMMIT } });
    expect(verification).toMatchObject({ holds: false, ignored: [{ why: "other-commit", suite: "unit" }] });
  });

  it.each([
    ["younger", 29.9 * DAY, true],
    ["older", 30.1 * DAY, false],
    ["from the future", -DAY, false],
    ["ahead by a clock's error", -60_000, true],
  ])("is an age: %s", async (_what, age, holds) => {
    const { attach, statement, verify } = await harbour();
    await attach(statement());
    const verification = await verify({ require: { maxAge: 30 * DAY }, now: () => FINISHED + age });
    expect(verification.holds).toBe(holds);
    if (!holds) expect(verification.ignored).toMatchObject([{ why: "too-old" }]);
  });

  it("is that no suite which a key speaks of is left without a statement that counts", async () => {
    const { attach, statement, verify, image } = await harbour();
    const old = outcomeOf(image.imageId, {
      source: { commit: "0".repeat(40) },
      suites: [suite({ name: "api", imageId: image.imageId })],
    });
    await attach(statement());
    await attach(statement({ suite: "api", outcomes: [old] }));
    const require = { commit: COMMIT };
    expect((await verify({ require })).problems).toEqual([
      `api: no attestation counts (of commit ${"0".repeat(40)}, not of ${COMMIT})`,
    ]);
    expect((await verify({ require: { ...require, suites: ["unit"] } })).holds).toBe(true);
  });

  it("is that everything is there which statements say was attested with them", async () => {
    const { attach, statement, verify } = await harbour();
    await attach(statement({ attested: ["unit", "check"] }));
    expect(await verify()).toMatchObject({
      holds: false,
      problems: ["check: its release attested it, and the attestation was removed or changed since"],
    });
    expect((await verify({ require: { suites: ["unit"] } })).holds).toBe(true);
  });

  it("is what each of several releases of the image attested, the older ones too", async () => {
    const { attach, statement, verify, image } = await harbour();
    const named = (name: string, attested: string[], run = "r1") => {
      const suites = [suite({ name, imageId: image.imageId })];
      return statement({ suite: name, attested, outcomes: [outcomeOf(image.imageId, { run, suites })] });
    };
    await attach(named("unit", ["unit", "api"]));
    await attach(named("unit", ["unit"], "r2"));
    expect((await verify()).problems).toEqual([expect.stringContaining("api: its release attested it")]);
    await attach(named("api", ["unit", "api"]));
    expect(await verify()).toMatchObject({ holds: true, notes: [] });
  });

  it("is also what a statement speaks of that is too old to count itself", async () => {
    const { attach, statement, verify, image } = await harbour();
    const old = outcomeOf(image.imageId, { source: { commit: "0".repeat(40) } });
    await attach(statement({ attested: ["unit", "check"], outcomes: [old] }));
    await attach(statement());
    expect(await verify({ require: { commit: COMMIT } })).toMatchObject({
      holds: false,
      problems: [expect.stringContaining("check: its release attested it")],
    });
  });

  it("is not what statements of the first versions left out: that is said", async () => {
    const { attach, statement, verify } = await harbour();
    const { attested: _attested, ...seatrial } = statement().predicate.seatrial;
    await attach(JSON.stringify({ ...statement(), predicate: { ...statement().predicate, seatrial } }));
    expect(await verify()).toMatchObject({
      holds: true,
      notes: [expect.stringMatching(/^unit: attested by an older version/)],
    });
    expect((await verify({ require: { suites: ["unit"] } })).notes).toEqual([]);
    await attach(statement());
    expect((await verify()).notes).toEqual([]);
  });

  it("is that a suite touched this image: one in a sibling of it counts beside others only", async () => {
    const { attach, statement, verify, image } = await harbour();
    const proof = { kind: "sibling", sharedLayers: 1, releaseLayers: 3, testLayers: 4 } as const;
    const beside = (change: Parameters<typeof suite>[0] = {}) =>
      outcomeOf(image.imageId, { suites: [suite({ imageId: image.imageId, ...change })] });
    await attach(statement({ outcomes: [beside({ proof })] }));
    const problem = "no suite ran in this image, or against it: unit passed in a sibling of it";
    for (const require of [{}, { suites: ["unit"] }])
      expect(await verify({ require })).toMatchObject({ holds: false, problems: [problem] });
    const allowed = await verify({ require: { proofs: ["identical", "sibling"] } });
    expect(allowed).toMatchObject({
      holds: true,
      notes: [expect.stringContaining("unit: passed in a sibling")],
    });
    await attach(statement({ suite: "api", outcomes: [beside({ name: "api" })] }));
    expect(await verify()).toMatchObject({ holds: true, notes: [expect.stringContaining("unit")] });
    expect((await verify({ require: { suites: ["unit"] } })).problems).toEqual([problem]);
  });

  it("is a proof: suites with another one do not count, and checks have none to give", async () => {
    const { attach, statement, verify, image } = await harbour();
    const proof = { kind: "black-box", service: "app" } as const;
    const check = {
      status: "passed",
      imageId: image.imageId,
      counts: { passed: 1, failed: 0, skipped: 0 },
      duration: 5,
      results: [test("user")],
    } as const;
    const checked = outcomeOf(image.imageId, {
      check: { ...check, results: [...check.results] },
      suites: [],
    });
    await attach(statement({ outcomes: [outcomeOf(image.imageId, { suites: [suite({ proof })] })] }));
    await attach(statement({ suite: "check", kind: "check", outcomes: [checked] }));
    expect((await verify({ require: { proofs: ["black-box"] } })).holds).toBe(true);
    expect(await verify({ require: { proofs: ["identical", "prefix"] } })).toMatchObject({
      holds: false,
      problems: ["unit: no attestation counts (its proof is black-box)"],
      ignored: [{ why: "other-proof" }],
    });
  });

  it("is at least one attestation", async () => {
    const { verify, attach, statement, theirs } = await harbour();
    expect((await verify()).problems).toEqual(["nothing is attached to this image"]);
    await attach(statement(), { signer: theirs });
    expect((await verify()).problems).toEqual([
      expect.stringMatching(/^no attestation counts \(signed by none/),
    ]);
  });

  it("is met by a later run when an earlier one is not enough", async () => {
    const { attach, statement, verify, image } = await harbour();
    await attach(statement({ outcomes: [outcomeOf(image.imageId, { source: { commit: "0".repeat(40) } })] }));
    await attach(statement());
    expect(await verify({ require: { commit: COMMIT } })).toMatchObject({
      holds: true,
      ignored: [{ why: "other-commit" }],
    });
  });
});

it("a blob or manifest that is not what its digest says counts for nothing, and spoils nothing", async () => {
  const { attach, statement, verify, registry, image } = await harbour();
  const { digest } = await attach(statement());
  const later = outcomeOf(image.imageId, { run: "later" });
  await attach(statement({ outcomes: [later], tests: [test("other")] }));
  registry.fault(lies(digest));
  expect(await verify()).toMatchObject({ holds: true, ignored: [{ why: "unusable", referrer: digest }] });
});
