import { describe, expect, it } from "vitest";
import { type Descriptor, digestOf } from "../registry/index.ts";
import { formatBundle, signStatement } from "./bundle.ts";
import { MOST_BUNDLES } from "./find-bundles.ts";
import { LARGEST_BUNDLE } from "./read-referrer.ts";
import { testResultStatement } from "./test-result-statement.ts";
import { facts, outcome, suite } from "./testing/evidence.ts";
import { type Harbour, harbour, outcomeOf } from "./testing/harbour.ts";

/** Changes the JSON text of a true statement. */
function edited(at: Harbour, change: (text: string) => string): string {
  const text = JSON.stringify(at.statement());
  const result = change(text);
  if (result === text) throw new Error("the change changes nothing");
  return result;
}

/** Changes fields of a true statement. */
function withFields(at: Harbour, fields: object): string {
  return JSON.stringify({ ...at.statement(), ...fields });
}

function withPredicate(at: Harbour, fields: object): string {
  return withFields(at, { predicate: { ...at.statement().predicate, ...fields } });
}

const OTHER = digestOf("another image");
const bare = (digest: string) => digest.slice("sha256:".length);
const hex = (at: Harbour) => bare(at.subject.digest);

describe("an attestation that is signed with the right key does not count", () => {
  it.each<[string, string, (at: Harbour) => string]>([
    ["when it is about another image", "other-image", () => JSON.stringify(testResultStatement(facts()))],
    [
      "when the configuration that was tested is another one",
      "other-image",
      (at) => edited(at, (text) => text.replaceAll(bare(at.image.imageId), bare(OTHER))),
    ],
    [
      "when it names no configuration",
      "other-image",
      (at) => edited(at, (text) => text.replace('"image-config"', '"image-konfig"')),
    ],
    [
      "when its digest has another algorithm",
      "other-image",
      (at) => withFields(at, { subject: [{ digest: { sha512: hex(at) } }] }),
    ],
    [
      "when its digest has a prefix",
      "other-image",
      (at) => withFields(at, { subject: [{ digest: { sha256: at.subject.digest } }] }),
    ],
    [
      "when its digest is in upper case",
      "other-image",
      (at) => withFields(at, { subject: [{ digest: { sha256: hex(at).toUpperCase() } }] }),
    ],
    [
      "when only the name of its subject fits",
      "other-image",
      (at) => withFields(at, { subject: [{ name: at.subject.digest, digest: { sha256: bare(OTHER) } }] }),
    ],
    [
      "when it has two subjects",
      "other-image",
      (at) =>
        withFields(at, { subject: [{ digest: { sha256: hex(at) } }, { digest: { sha256: bare(OTHER) } }] }),
    ],
    [
      "when it is of a suite that is called as the checks of the image are",
      "other-statement",
      (at) => edited(at, (text) => text.replaceAll('"suite":"unit"', '"suite":"check"')),
    ],
    [
      "when it is of checks that are called as a suite is",
      "other-statement",
      (at) => edited(at, (text) => text.replaceAll('"kind":"suite"', '"kind":"check"')),
    ],
    ["when it has no subject", "other-image", (at) => withFields(at, { subject: [] })],
    ["when it says FAILED", "not-passed", (at) => withPredicate(at, { result: "FAILED" })],
    ["when it says WARNED", "not-passed", (at) => withPredicate(at, { result: "WARNED" })],
    ["when it says passed", "not-passed", (at) => withPredicate(at, { result: "passed" })],
    ["when it has a failed test", "not-passed", (at) => withPredicate(at, { failedTests: ["TestTotal"] })],
    ["when it has a warned test", "not-passed", (at) => withPredicate(at, { warnedTests: ["TestTotal"] })],
    [
      "when it counts a failed test",
      "not-passed",
      (at) => edited(at, (text) => text.replace('"failed":0', '"failed":1')),
    ],
    [
      "when no test passed",
      "not-passed",
      (at) => edited(at, (text) => text.replace('"passed":2', '"passed":0')),
    ],
    [
      "when it is another kind of statement",
      "other-statement",
      (at) => withFields(at, { predicateType: "https://slsa.dev/provenance/v1" }),
    ],
    [
      "when it is no statement v1",
      "other-statement",
      (at) => withFields(at, { _type: "https://in-toto.io/Statement/v0.1" }),
    ],
    [
      "when somebody else's tool made it",
      "other-statement",
      (at) => withPredicate(at, { seatrial: undefined }),
    ],
    [
      "when a later version made it",
      "other-statement",
      (at) => edited(at, (text) => text.replace('"version":1', '"version":2')),
    ],
    [
      "when a time in it is none",
      "other-statement",
      (at) => edited(at, (text) => text.replace(/"finishedAt":"[^"]*"/, '"finishedAt":"soon"')),
    ],
    [
      "when it says its result twice",
      "other-statement",
      (at) => edited(at, (text) => text.replace('"result":"PASSED"', '"result":"FAILED","result":"PASSED"')),
    ],
    [
      "when it hides its result in a prototype",
      "other-statement",
      (at) => edited(at, (text) => text.replace('"result":"PASSED"', '"__proto__":{"result":"PASSED"}')),
    ],
    ["when it is cut off", "other-statement", (at) => edited(at, (text) => text.slice(0, -1))],
    ["when it is a list", "other-statement", () => "[]"],
  ])("%s", async (_what, why, make) => {
    const at = await harbour();
    const { digest } = await at.attach(make(at));
    expect(await at.verify()).toMatchObject({
      holds: false,
      attestations: [],
      ignored: [{ why, referrer: digest }],
    });
  });

  it("when it is replayed from an older commit", async () => {
    const at = await harbour();
    const old = outcomeOf(at.image.imageId, { source: { commit: "0".repeat(40), dirty: false } });
    await at.attach(at.statement({ outcomes: [old] }));
    const verification = await at.verify({ require: { commit: "f".repeat(40) } });
    expect(verification).toMatchObject({
      holds: false,
      attestations: [],
      ignored: [{ why: "other-commit" }],
    });
  });

  it("when it was moved here from another image, bundle and all", async () => {
    const at = await harbour();
    const name = { registry: "registry.example.com", repository: "shop" };
    const other = at.registry.addImage(name, { layers: ["other"], tag: "v2" });
    const about = testResultStatement(
      facts({
        subject: { name: "shop", digest: other.manifest.digest, imageId: other.imageId },
        outcomes: [outcomeOf(other.imageId)],
      }),
    );
    await at.attachRaw(formatBundle(await signStatement(about, at.ours)));
    expect(await at.verify()).toMatchObject({ holds: false, ignored: [{ why: "other-image" }] });
  });

  it("when its payload is of another type, or has two signatures", async () => {
    const at = await harbour();
    await at.attach(at.statement(), { type: "application/json" });
    const bundle = await signStatement(at.statement(), at.ours);
    const again = await signStatement(at.statement(), at.theirs);
    const signatures = [...again.dsseEnvelope.signatures, ...bundle.dsseEnvelope.signatures];
    await at.attachRaw(formatBundle({ ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, signatures } }));
    const { holds, ignored } = await at.verify();
    expect([holds, ignored.map(({ why }) => why)]).toEqual([false, ["unusable", "unusable"]]);
  });
});

describe("an attestation that the right key did not sign does not count", () => {
  it("when another key did, also under our key's name", async () => {
    const at = await harbour();
    await at.attach(at.statement(), { signer: at.theirs });
    const posing = await signStatement(at.statement(), { ...at.theirs, keyId: at.ours.keyId });
    await at.attachRaw(formatBundle(posing));
    const { holds, ignored } = await at.verify();
    expect([holds, ignored.map(({ why }) => why).sort()]).toEqual([false, ["changed", "unknown-key"]]);
  });

  it("when its payload was changed after signing", async () => {
    const at = await harbour();
    const failed = {
      ...at.statement(),
      predicate: { ...at.statement().predicate, result: "FAILED" as never },
    };
    const bundle = await signStatement(failed, at.ours);
    const payload = Buffer.from(bundle.dsseEnvelope.payload, "base64").toString().replace("FAILED", "PASSED");
    const dsseEnvelope = { ...bundle.dsseEnvelope, payload: Buffer.from(payload).toString("base64") };
    await at.attachRaw(formatBundle({ ...bundle, dsseEnvelope }));
    expect(await at.verify()).toMatchObject({ holds: false, ignored: [{ why: "changed" }] });
  });
});

describe("an attestation of a release that had others", () => {
  /** What a release attests: a suite and another one. */
  async function released(at: Harbour): Promise<Descriptor[]> {
    const attested = ["unit", "api"];
    const api = suite({ name: "api", imageId: at.image.imageId });
    const outcomes = [outcomeOf(at.image.imageId, { suites: [api] })];
    return [
      await at.attach(at.statement({ attested })),
      await at.attach(at.statement({ suite: "api", attested, outcomes })),
    ];
  }
  const missed = { holds: false, problems: [expect.stringMatching(/^api: its release attested it/)] };

  it("is missed when it is removed", async () => {
    const at = await harbour();
    const [unit] = await released(at);
    expect((await at.verify()).holds).toBe(true);
    at.repository.referrers.list = async () => (unit === undefined ? [] : [unit]);
    expect(await at.verify()).toMatchObject(missed);
  });

  it("is missed when its payload was changed, whatever was changed", async () => {
    const at = await harbour();
    const [unit] = await released(at);
    const bundle = await signStatement(at.statement({ attested: ["unit"] }), at.ours);
    const payload = Buffer.from(bundle.dsseEnvelope.payload, "base64").toString();
    const changed = Buffer.from(payload.replaceAll('"unit"', '"api"')).toString("base64");
    const dsseEnvelope = { ...bundle.dsseEnvelope, payload: changed };
    const stray = await at.attachRaw(formatBundle({ ...bundle, dsseEnvelope }));
    at.repository.referrers.list = async () => (unit === undefined ? [] : [unit, stray]);
    expect(await at.verify()).toMatchObject({ ...missed, ignored: [{ why: "changed" }] });
  });

  it("is missed when a stranger says that he attested it", async () => {
    const at = await harbour();
    const [unit] = await released(at);
    const api = suite({ name: "api", imageId: at.image.imageId });
    const outcomes = [outcomeOf(at.image.imageId, { suites: [api] })];
    const theirs = await at.attach(at.statement({ suite: "api", outcomes }), { signer: at.theirs });
    at.repository.referrers.list = async () => (unit === undefined ? [] : [unit, theirs]);
    expect(await at.verify()).toMatchObject(missed);
  });

  it("cannot be asked for by a stranger: the lists of his statements count for nothing", async () => {
    const at = await harbour();
    await released(at);
    await at.attach(at.statement({ attested: ["unit", "moon"] }), { signer: at.theirs });
    expect((await at.verify()).holds).toBe(true);
  });
});

describe("what strangers attach makes a good image no worse", () => {
  const garbage: [string, string, (at: Harbour) => Promise<unknown>][] = [
    ["bytes", "unusable", (at) => at.attachRaw(Buffer.from([0, 255, 1]))],
    ["a statement of another key", "unknown-key", (at) => at.attach(at.statement(), { signer: at.theirs })],
    [
      "a list of parts",
      "other-artifact",
      (at) => at.attachRaw(Buffer.from("{}"), { artifactType: "application/spdx+json" }),
    ],
    ["a manifest with two bundles", "unusable", (at) => at.attachRaw(Buffer.from("{}"), { layers: twice })],
    ["a manifest without a bundle", "unusable", (at) => at.attachRaw(Buffer.from("{}"), { layers: [] })],
    ["a bundle that is too large", "too-large", (at) => at.attachRaw(Buffer.alloc(LARGEST_BUNDLE + 1, 32))],
  ];
  const twice = [1, 2].map(() => ({
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    digest: digestOf("{}"),
    size: 2,
  }));

  it.each(garbage)("%s", async (_what, why, attach) => {
    const at = await harbour();
    await attach(at);
    expect(await at.verify()).toMatchObject({ holds: false, ignored: [{ why }] });
    await at.attach(at.statement());
    expect(await at.verify()).toMatchObject({ holds: true, ignored: [{ why }] });
  });

  it("more bundles than anybody reads: the rest is said to be unread", async () => {
    const at = await harbour();
    const list = at.repository.referrers.list;
    const [real] = [await at.attach(at.statement())];
    const { referrers } = at.repository;
    referrers.list = async (options) => {
      const found = await list(options);
      const invented = Array.from({ length: MOST_BUNDLES }, (_, index) => digestOf(`${index}`));
      return [...found, ...invented.map((digest) => ({ ...real, digest }))];
    };
    const { holds, ignored } = await at.verify();
    expect(holds).toBe(true);
    expect(ignored.filter(({ why }) => why === "too-many")).toHaveLength(1);
    expect(ignored.filter(({ why }) => why === "unusable")).toHaveLength(MOST_BUNDLES - 1);
  });

  it("a bundle that is larger than its manifest says", async () => {
    const at = await harbour();
    const bytes = Buffer.alloc(LARGEST_BUNDLE + 1, 32);
    const mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";
    await at.attachRaw(bytes, { layers: [{ mediaType, digest: digestOf(bytes), size: 10 }] });
    expect(await at.verify()).toMatchObject({ ignored: [{ why: "too-large" }] });
  });

  it("a list that names a referrer of another image", async () => {
    const at = await harbour();
    const name = { registry: "registry.example.com", repository: "shop" };
    const other = at.registry.addImage(name, { layers: ["other"] });
    const { digest, mediaType, bytes } = other.manifest;
    const subject = { digest, mediaType, size: bytes.length };
    // A true statement about our image, in a manifest that says it belongs to another one.
    const bundle = formatBundle(await signStatement(at.statement(), at.ours));
    const stray = await at.attachRaw(bundle, { subject });
    at.repository.referrers.list = async () => [stray];
    expect(await at.verify()).toMatchObject({
      holds: false,
      ignored: [{ why: "other-image", referrer: stray.digest, message: expect.stringContaining(digest) }],
    });
  });

  it("a list that names what is not there, or an image", async () => {
    const at = await harbour();
    const artifactType = "application/vnd.dev.sigstore.bundle.v0.3+json";
    at.repository.referrers.list = async () => [
      { ...at.subject, digest: OTHER, artifactType },
      { ...at.subject, artifactType },
    ];
    const { holds, ignored } = await at.verify();
    expect([holds, ignored.map(({ why }) => why).sort()]).toEqual([false, ["other-image", "unusable"]]);
  });
});

it("evidence of another run of the same name proves nothing: outcomes must be about the subject's configuration", async () => {
  const at = await harbour();
  await expect(() => at.statement({ outcomes: [outcome()] })).toThrowWithCode("ATTESTATION_REFUSED");
});
