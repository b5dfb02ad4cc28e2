import { describe, expect, it } from "vitest";
import { createKeyPair, loadSigner } from "../attest/index.ts";
import { makeFolder } from "../config/testing/folder.ts";
import type { Outcome } from "../model/index.ts";
import { denies, fails, type MemoryFault, onCall } from "../registry/memory/index.ts";
import { EXIT, ToolError } from "../support/error.ts";
import type { FoundEvidence } from "./evidence.ts";
import { judgeMove } from "./floating-tags.ts";
import type { History, Kinship } from "./history.ts";
import type { Signing } from "./prepared.ts";
import {
  APP,
  COMMIT,
  evidenceOf,
  identityOf,
  makeReleaseWorld,
  outcomeOf,
  planWith,
  type ReleaseWorld,
} from "./testing/world.ts";

const OTHER = "0".repeat(40);

/** A history in which `OTHER` lies so. */
function history(kinship: Kinship): History {
  return {
    kinshipOf: async (commit) => (commit === COMMIT ? "same" : commit === OTHER ? kinship : "unknown"),
  };
}

/** An image that `latest` names, which waited for its tests as a candidate of `OTHER`. */
function latest(
  world: ReleaseWorld,
  options: { configuration?: Record<string, unknown>; waited?: boolean } = {},
) {
  const { configuration, waited = true } = options;
  const image = world.registry.addImage(APP, { tag: "latest", layers: ["theirs"], configuration });
  if (waited) {
    const id = image.imageId.slice(7, 19);
    world.registry.setTag(APP, `candidate-${OTHER}-${id}`, image.manifest.digest);
  }
  return image;
}

async function signingIn(folder: string): Promise<Signing> {
  const { privateKey } = await createKeyPair({});
  return { signer: await loadSigner({ pem: privateKey }), folder, version: "0.1.0" };
}

/** An image that `latest` names, and that was released as `OTHER` with this key. */
async function attestedLatest(world: ReleaseWorld, signing: Signing) {
  const image = latest(world, { waited: false });
  const { digest } = image.manifest;
  const source = { commit: OTHER, dirty: false };
  const { problems } = await world.release({
    signing,
    image: { repository: APP, reference: digest },
    expected: { ...identityOf(image), digest },
    plan: planWith({ tags: [{ tag: "v2", kind: "immutable" }] }),
    source: { now: source },
    found: foundOf(outcomeOf({ ...identityOf(image), manifest: digest }, { source })),
  });
  expect(problems).toEqual([]);
  return image;
}

/** What reading fails with where somebody who pushes made it so. */
function failsWith(code: string): MemoryFault {
  return () => {
    throw new ToolError({ code, exitCode: EXIT.unreachable, message: "Something here makes no sense." });
  };
}

/** A run whose tests can be named. */
function foundOf(outcome: Outcome): FoundEvidence {
  const names = ["a", "b", "c"];
  const tests = async () =>
    names.map((name) => ({ group: "", name, status: "passed" as const, duration: 1 }));
  return { evidence: [{ ...evidenceOf(outcome), tests }], invalid: [], warnings: [] };
}

describe("a floating tag", () => {
  it.each<[Kinship, "set" | "kept", string]>([
    ["older", "set", ""],
    ["newer", "kept", `latest stays where it is: it names an image of the newer commit ${"0".repeat(12)}`],
    ["apart", "kept", "which is not among those that this one was made on"],
    ["unknown", "set", "too little history"],
  ])("of an image of a commit that is %s is %s", async (kinship, state, warning) => {
    const world = makeReleaseWorld();
    const theirs = latest(world).manifest.digest;
    const { receipt, warnings, problems } = await world.release({ history: history(kinship) });
    expect([problems, receipt.status]).toEqual([[], "released"]);
    expect(receipt.tags).toMatchObject([
      { tag: "v1.4.2", state: "set" },
      { tag: "latest", before: theirs, state },
    ]);
    const { digest } = world.image.manifest;
    expect(world.registry.tagged(APP, "latest")).toBe(state === "kept" ? theirs : digest);
    const told = warnings.filter((each) => each.startsWith("latest"));
    expect(told).toEqual(warning === "" ? [] : [expect.stringContaining(warning)]);
  });

  it("moves backwards where that is allowed, and where no history is known", async () => {
    for (const options of [
      { plan: planWith({ allowBackwards: true }), history: history("newer") },
      { history: undefined },
      { history: history("newer"), source: {} },
    ]) {
      const world = makeReleaseWorld();
      latest(world);
      const { receipt } = await world.release(options);
      expect(receipt.tags[1]).toMatchObject({ tag: "latest", state: "set" });
    }
  });

  it("moves, with a warning, from an image that nobody says a commit of", async () => {
    const world = makeReleaseWorld();
    latest(world, { waited: false });
    const { receipt, warnings } = await world.release({ history: history("newer") });
    expect(receipt.tags[1]).toMatchObject({ state: "set" });
    expect(warnings).toContain("latest moves from an image that nobody says a commit of");
  });

  it.each<[string, MemoryFault, "set" | "kept", string]>([
    [
      "stays, since that may be newer, when the registry fails",
      fails({ times: 9, operation: "manifests.tags" }),
      "kept",
      "latest stays where it is: it names an image whose commit could not be read (Repository",
    ],
    [
      "moves, with a warning, when we may not list tags",
      denies("manifests.tags"),
      "set",
      "latest moves from an image whose commit could not be read (Repository",
    ],
    [
      "moves, with a warning, when the registry lists no tags",
      onCall({ operation: "manifests.tags", subject: "" }, failsWith("REGISTRY_REFUSED")),
      "set",
      "latest moves from an image whose commit could not be read (Something",
    ],
  ])("of an image of a commit that cannot be read %s", async (_what, fault, state, warning) => {
    const world = makeReleaseWorld();
    latest(world);
    world.registry.fault(fault);
    const { receipt, warnings } = await world.release({ history: history("newer") });
    expect(receipt.tags).toMatchObject([
      { tag: "v1.4.2", state: "set" },
      { tag: "latest", state },
    ]);
    expect(warnings).toContainEqual(expect.stringContaining(warning));
  });

  it("is judged by the label of the image where the project sets it, not by one of an image below", async () => {
    for (const [own, state] of [
      [COMMIT, "kept"],
      ["f".repeat(40), "set"],
    ] as const) {
      const labelled = (commit: string) => ({
        config: { Labels: { "org.opencontainers.image.revision": commit } },
      });
      const world = makeReleaseWorld({ configuration: labelled(own) });
      latest(world, { waited: false, configuration: labelled(OTHER) });
      const { receipt } = await world.release({ history: history("newer") });
      expect(receipt.tags[1]).toMatchObject({ state });
    }
  });

  it("is judged by the tags of another repository where candidates wait there, and the receipt counts what that took", async () => {
    const waiting = { ...APP, repository: "team/waiting" };
    const candidate = { repository: waiting, prefix: `candidate-${COMMIT}` };
    const world = makeReleaseWorld();
    const theirs = latest(world, { waited: false });
    world.registry.setTag(
      waiting,
      `candidate-${OTHER}-${theirs.imageId.slice(7, 19)}`,
      theirs.manifest.digest,
    );
    const asked: string[] = [];
    world.registry.fault(async ({ operation, subject }) => void asked.push(`${operation} ${subject}`));
    const { receipt } = await world.release({ plan: planWith({ candidate }), history: history("newer") });
    expect(receipt.tags[1]).toMatchObject({ tag: "latest", state: "kept" });
    expect(asked).toContain("manifests.tags ");
    expect(receipt.traffic.requests).toBe(asked.length);
  });

  it("is judged by what our key attests of the image that it names, and by no tag beside it", async () => {
    await using folder = await makeFolder({});
    const signing = await signingIn(folder.path);
    const world = makeReleaseWorld();
    const { imageId, manifest } = await attestedLatest(world, signing);
    // Somebody says that it waited as this commit, so that the tag would move back.
    world.registry.setTag(APP, `candidate-${COMMIT}-${imageId.slice(7, 19)}`, manifest.digest);
    const own = { ...world.identity, manifest: world.image.manifest.digest };
    const late = await world.release({ signing, found: foundOf(outcomeOf(own)), history: history("newer") });
    expect(late.problems).toEqual([]);
    expect(late.receipt.tags[1]).toMatchObject({ tag: "latest", before: manifest.digest, state: "kept" });
  });

  it("stays where it is when what our key attests of its image cannot be read, until it can be", async () => {
    await using folder = await makeFolder({});
    const signing = await signingIn(folder.path);
    const world = makeReleaseWorld();
    const { digest } = (await attestedLatest(world, signing)).manifest;
    const own = { ...world.identity, manifest: world.image.manifest.digest };
    const late = { signing, found: foundOf(outcomeOf(own)) };
    let isDenied = false;
    const denied = denies("referrers.list");
    world.registry.fault((call) => {
      if (isDenied || call.operation !== "referrers.list" || call.subject !== digest) return;
      isDenied = true;
      return denied(call);
    });
    const first = await world.release({ ...late, history: history("newer") });
    expect([first.problems, first.receipt.tags[1]?.state]).toEqual([[], "kept"]);
    expect(first.warnings).toEqual([
      expect.stringMatching(
        /^latest stays where it is: it names an image whose commit could not be read \(Repository .* is denied .*\)\. Releasing again looks again; /,
      ),
    ]);
    expect(world.registry.tagged(APP, "latest")).toBe(digest);
    const again = await world.release({ ...late, history: history("older") });
    expect(again.receipt.tags[1]).toMatchObject({ tag: "latest", state: "set" });
  });

  it.each<[string, MemoryFault?]>([
    ["whatever tags say of it"],
    ["also where the list of what is attached makes no sense", failsWith("MANIFEST_INVALID")],
    ["also where it is an index without an image", failsWith("ATTESTED_IMAGE_NOT_FOUND")],
    ["also where sizes in it are wrong", failsWith("REGISTRY_DIGEST_MISMATCH")],
  ])("leaves an image that our key does not attest, with a warning: %s", async (_what, fault) => {
    await using folder = await makeFolder({});
    const signing = await signingIn(folder.path);
    const world = makeReleaseWorld();
    const { digest } = latest(world).manifest;
    if (fault !== undefined)
      world.registry.fault(onCall({ operation: "referrers.list", subject: digest }, fault));
    const own = { ...world.identity, manifest: world.image.manifest.digest };
    const { receipt, warnings } = await world.release({
      signing,
      found: foundOf(outcomeOf(own)),
      history: history("newer"),
    });
    expect(receipt.tags[1]).toMatchObject({ tag: "latest", state: "set" });
    expect(warnings).toEqual(["latest moves from an image that this key attests no commit of"]);
  });

  it.each<[Kinship, string, "kept" | "set" | "not-set"]>([
    ["newer", "is kept", "kept"],
    ["older", "is moved on", "set"],
    ["unknown", "ends the release", "not-set"],
  ])("that another release moves meanwhile to a commit that is %s %s", async (kinship, _what, state) => {
    const world = makeReleaseWorld();
    const theirs = latest(world);
    world.registry.setTag(APP, "latest", world.image.manifest.digest);
    world.registry.fault(
      onCall({ operation: "manifests.put", subject: "v1.4.2" }, () =>
        world.registry.setTag(APP, "latest", theirs.manifest.digest),
      ),
    );
    const { receipt, problems, warnings } = await world.release({ history: history(kinship) });
    expect(receipt.tags[1]).toMatchObject({ tag: "latest", state });
    expect(problems.map(({ code }) => code)).toEqual(state === "not-set" ? ["TAG_MOVED"] : []);
    expect(warnings.filter((each) => each.startsWith("latest stays"))).toHaveLength(state === "kept" ? 1 : 0);
    const named = state === "set" ? world.image : theirs;
    expect(world.registry.tagged(APP, "latest")).toBe(named.manifest.digest);
  });
});

describe("an image that was made of several commits", () => {
  it.each<[Kinship[], string]>([
    [["older", "newer"], "backwards"],
    [["older", "apart"], "forward"],
    [["older", "unknown"], "forward"],
    [["apart", "unknown"], "unknown"],
    [["apart", "apart"], "backwards"],
    [[], "unknown"],
  ])("of %j: the tag would move %s", (kinships, to) => {
    const related = kinships.map((kinship, index) => ({ commit: `${index}`.repeat(40), kinship }));
    expect(judgeMove(related).to).toBe(to);
  });
});
