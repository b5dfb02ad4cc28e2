import { describe, expect, it } from "vitest";
import type { ImageIdentity, Outcome, SuiteOutcome } from "../model/index.ts";
import { type JudgeOptions, judgeEvidence } from "./judge-evidence.ts";
import {
  COMMIT,
  evidenceOf,
  identityOf,
  makeReleaseWorld,
  outcomeOf,
  planWith,
  suiteOf,
} from "./testing/world.ts";

const world = makeReleaseWorld();
const other = identityOf(
  world.registry.addImage({ registry: "r.example", repository: "other" }, { layers: ["other"] }),
);
const { identity } = world;

async function judge(outcomes: Outcome[], changes: Partial<JudgeOptions> = {}) {
  return judgeEvidence({
    plan: planWith(),
    project: "shop",
    candidate: await world.candidate(),
    evidence: outcomes.map(evidenceOf),
    source: { now: { commit: COMMIT, dirty: false } },
    ...changes,
  });
}

async function codes(outcomes: Outcome[], changes: Partial<JudgeOptions> = {}) {
  return (await judge(outcomes, changes)).refusals.map(({ code }) => code);
}

let started = 0;
/** A run of these suites, later than those made before. */
function run(suites: Partial<SuiteOutcome>[], changes: Partial<Outcome> = {}): Outcome {
  started += 1;
  const passed = suites.every(({ status = "passed" }) => status === "passed");
  return outcomeOf(identity, {
    run: `r${started}`,
    startedAt: `2026-01-01T10:${String(started).padStart(2, "0")}:00.000Z`,
    status: passed ? "passed" : "failed",
    suites: suites.map((suite) => suiteOf({ imageId: identity.imageId, ...suite })),
    ...changes,
  });
}

const failing = { status: "failed", counts: { passed: 2, failed: 1, skipped: 0 } } as const;

describe("evidence for an image", () => {
  it("is a suite that passed in it", async () => {
    const judged = await judge([run([{}])]);
    expect(judged).toMatchObject({ refusals: [], warnings: [] });
    expect(judged.suites).toMatchObject([
      { suite: "unit", proof: { kind: "identical" }, passed: 3, platform: "linux/amd64" },
    ]);
  });

  it("must be there", async () => {
    expect(await codes([])).toEqual(["RELEASE_NO_EVIDENCE"]);
    expect(await codes([run([{}], { project: "another" })])).toEqual(["RELEASE_NO_EVIDENCE"]);
  });

  it("must be of a suite at all: a project without suites releases nothing", async () => {
    const checked = run([], { check: checks(identity) });
    expect(await codes([checked], { plan: planWith({ suites: [] }) })).toEqual(["RELEASE_NO_EVIDENCE"]);
  });

  it("is refused when it is of another image", async () => {
    expect(await codes([outcomeOf(other)])).toEqual(["EVIDENCE_OTHER_IMAGE"]);
  });

  it("is refused when it has the image's id and other layers", async () => {
    const lies = run([{}], { images: [{ ...identity, layers: [...identity.layers].reverse() }] });
    expect(await codes([lies])).toEqual(["EVIDENCE_INVALID"]);
  });

  it("is refused when a suite did not run in the image that it says", async () => {
    const lies = run([{ imageId: other.imageId }], { images: [identity, { ...other, target: "test" }] });
    expect(await codes([lies])).toEqual(["EVIDENCE_INVALID"]);
  });

  it("is refused for a platform that was not tested", async () => {
    const elsewhere = run([{}], { images: [{ ...other, platform: "linux/arm64" }] });
    expect(await codes([elsewhere])).toEqual(["EVIDENCE_OTHER_PLATFORM"]);
  });

  it("may call the image by its manifest, as engines with the containerd store do", async () => {
    const asManifest = { ...identity, imageId: world.image.manifest.digest };
    expect(await codes([run([{ imageId: asManifest.imageId }], { images: [asManifest] })])).toEqual([]);
  });

  it("tells all that is missing at once", async () => {
    const plan = planWith({
      suites: ["unit", "api", "e2e"].map((name) => ({ name, allowEmpty: false })),
      checks: true,
    });
    const found = run([failing, { name: "api", counts: { passed: 0, failed: 0, skipped: 4 } }], {
      source: { commit: COMMIT, dirty: true },
    });
    expect((await codes([found], { plan })).sort()).toEqual([
      "EVIDENCE_CHECK_MISSING",
      "EVIDENCE_SUITE_EMPTY",
      "EVIDENCE_SUITE_FAILED",
      "EVIDENCE_SUITE_MISSING",
      "RELEASE_DIRTY_TREE",
    ]);
  });
});

describe("reruns", () => {
  it("count when they pass in the end", async () => {
    expect(await codes([run([failing]), run([{}])])).toEqual([]);
  });

  it("make an older pass worthless when they fail", async () => {
    expect(await codes([run([{}]), run([failing])])).toEqual(["EVIDENCE_SUITE_FAILED"]);
  });

  it("that were stopped leave what was known", async () => {
    expect(await codes([run([{}]), run([{ status: "stopped" }])])).toEqual([]);
    expect(await codes([run([{ status: "stopped" }])])).toEqual(["EVIDENCE_SUITE_MISSING"]);
  });

  it("of a part of the tests are no evidence", async () => {
    const judged = await judge([run([{ grep: "TestOne" }])]);
    expect(judged.refusals).toMatchObject([
      { code: "EVIDENCE_SUITE_MISSING", message: expect.stringContaining('match "TestOne"') },
    ]);
  });

  it("of a part of the tests make an older pass worthless when they fail, until that part or all of it passes", async () => {
    const one = (changes: Partial<SuiteOutcome> = {}) => run([{ grep: "TestOne", ...changes }]);
    const { refusals } = await judge([run([{}]), one(failing)]);
    expect(refusals).toMatchObject([
      {
        code: "EVIDENCE_SUITE_FAILED",
        message: expect.stringContaining('Suite unit, tests that match "TestOne", failed'),
        hint: expect.stringContaining("All of the suite makes up for them too"),
      },
    ]);
    expect(await codes([run([{}]), one(failing), run([{ grep: "TestTwo" }])])).toEqual([
      "EVIDENCE_SUITE_FAILED",
    ]);
    expect(await codes([run([{}]), one(failing), one()])).toEqual([]);
    expect(await codes([run([{}]), one(failing), run([{}])])).toEqual([]);
    expect(await codes([one(failing)])).toEqual(["EVIDENCE_SUITE_MISSING", "EVIDENCE_SUITE_FAILED"]);
  });

  it("that match no test say nothing of the image", async () => {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    const problem = { code: "SUITE_EMPTY", message: "Suite unit ran no test" };
    const mistyped = run([{ status: "failed", grep: "Tset", counts, problem }]);
    expect(await codes([run([{}]), mistyped])).toEqual([]);
  });

  it("come from several runs, one for each suite", async () => {
    const plan = planWith({ suites: ["unit", "api"].map((name) => ({ name, allowEmpty: false })) });
    const judged = await judge([run([{}]), run([{ name: "api" }])], { plan });
    expect(judged.refusals).toEqual([]);
    expect(judged.suites.map(({ suite }) => suite)).toEqual(["unit", "api"]);
  });
});

describe("shards of several jobs", () => {
  const shard = (index: number, changes: Partial<SuiteOutcome> = {}) =>
    run([{ shards: 3, shard: index, ...changes }]);

  it("are one suite together, also when one had nothing to do", async () => {
    const idle = { counts: { passed: 0, failed: 0, skipped: 0 } };
    const judged = await judge([shard(1), shard(2, idle), shard(3)]);
    expect(judged.refusals).toEqual([]);
    expect(judged.suites[0]).toMatchObject({ passed: 6 });
    expect(judged.suites[0]?.parts.map(({ suite }) => suite.shard)).toEqual([1, 2, 3]);
  });

  it("must all be there", async () => {
    const judged = await judge([shard(1), shard(3)]);
    expect(judged.refusals).toMatchObject([
      { code: "EVIDENCE_SUITE_MISSING", message: expect.stringContaining("no shard 2 of 3") },
    ]);
  });

  it("must all pass", async () => {
    expect(await codes([shard(1), shard(2, failing), shard(3)])).toEqual(["EVIDENCE_SUITE_FAILED"]);
  });

  it("may be run again one by one", async () => {
    expect(await codes([shard(1), shard(2, failing), shard(3), shard(2)])).toEqual([]);
  });

  it("that failed make an older pass worthless, also when the others were not run again", async () => {
    expect(await codes([run([{}]), shard(2, failing), shard(3)])).toEqual(["EVIDENCE_SUITE_FAILED"]);
    expect(await codes([run([{}]), shard(2, failing), shard(2)])).toEqual([]);
    expect(await codes([shard(2, failing), run([{}])])).toEqual([]);
  });

  it("of another cut do not fill a gap", async () => {
    const half = run([{ shards: 2, shard: 2 }]);
    expect(await codes([shard(1), half, shard(3)])).toEqual(["EVIDENCE_SUITE_MISSING"]);
  });

  it("without a single test are empty", async () => {
    const idle = { counts: { passed: 0, failed: 0, skipped: 0 } };
    expect(await codes([1, 2, 3].map((index) => shard(index, idle)))).toEqual(["EVIDENCE_SUITE_EMPTY"]);
  });

  it("must have run in one image", async () => {
    const prefix = { proof: { kind: "black-box", service: "app" } } as const;
    expect(await codes([shard(1), shard(2, prefix), shard(3)])).toEqual(["EVIDENCE_SUITE_MISSING"]);
  });
});

describe("proofs", () => {
  const sibling = {
    imageId: other.imageId,
    proof: { kind: "sibling", sharedLayers: 1, releaseLayers: 2, testLayers: 3 },
  } as const;
  const images = (siblings: ImageIdentity[]) => ({ images: [identity, ...siblings] });

  it("of siblings alone are refused, and the suites named", async () => {
    const judged = await judge([run([sibling], images([{ ...other, target: "dev" }]))]);
    expect(judged.refusals).toMatchObject([
      {
        code: "EVIDENCE_SIBLING",
        message: expect.stringContaining("unit ran in a sibling that shares 1 of its 2"),
      },
    ]);
  });

  it("of siblings say which paths differ, when checks of any run have read both images", async () => {
    const images_ = images([{ ...other, target: "dev" }]);
    const difference = {
      untested: { count: 4, paths: ["/app/a", "/app/b", "/app/c", "/app/d"] },
      unshipped: { count: 1, paths: ["/bin/pytest"] },
    };
    const reading = { test: { imageId: other.imageId }, difference };
    const checked = run([], { check: { ...checks(identity), reading } as Outcome["check"] });
    const { refusals } = await judge([run([sibling], images_), checked]);
    expect(refusals[0]?.message).toContain("what ships differs in 4 paths: /app/a, /app/b, /app/c, …;");
    expect(refusals[0]?.message).toContain("the sibling alone has 1 path: /bin/pytest");
    const elsewhere = { ...reading, test: { imageId: identity.imageId } };
    const another = run([], { check: { ...checks(identity), reading: elsewhere } as Outcome["check"] });
    const unknown = await judge([run([sibling], images_), another]);
    expect(unknown.refusals[0]?.message).toContain("`seatrial check` says which paths differ");
  });

  it("of siblings alone are allowed by choice, with a warning", async () => {
    const judged = await judge([run([sibling], images([{ ...other, target: "dev" }]))], {
      plan: planWith({ allowSibling: true }),
    });
    expect(judged.refusals).toEqual([]);
    expect(judged.warnings).toEqual([expect.stringContaining("suite unit ran in a sibling")]);
  });

  it("of siblings are made good by a suite that speaks for what ships", async () => {
    const plan = planWith({ suites: ["unit", "api"].map((name) => ({ name, allowEmpty: false })) });
    const blackBox = { name: "api", proof: { kind: "black-box", service: "app" } } as const;
    const judged = await judge([run([sibling, blackBox], images([{ ...other, target: "dev" }]))], { plan });
    expect(judged.refusals).toEqual([]);
    expect(judged.warnings).toHaveLength(1);
  });

  it("of a suite in a foreign image speak for nothing", async () => {
    expect(await codes([run([{ proof: undefined }])])).toEqual(["EVIDENCE_SIBLING"]);
  });

  it("of a prefix are looked at: the layers must be there", async () => {
    const test = { ...other, target: "test", layers: [...identity.layers, ...other.layers] };
    const suite = { imageId: test.imageId, proof: { kind: "prefix", extraLayers: 1 } } as const;
    expect(await codes([run([suite], images([test]))])).toEqual([]);
    const lies = { ...test, layers: other.layers };
    expect(await codes([run([suite], images([lies]))])).toEqual(["EVIDENCE_INVALID"]);
  });
});

describe("an empty suite", () => {
  const nothing = { counts: { passed: 0, failed: 0, skipped: 0 } };

  it("may be allowed, and still speaks for nothing", async () => {
    const plan = planWith({ suites: [{ name: "unit", allowEmpty: true }] });
    expect(await codes([run([nothing])], { plan })).toEqual(["RELEASE_NO_EVIDENCE"]);
    const two = planWith({
      suites: [
        { name: "unit", allowEmpty: true },
        { name: "api", allowEmpty: false },
      ],
    });
    const judged = await judge([run([nothing, { name: "api" }])], { plan: two });
    expect(judged.refusals).toEqual([]);
    expect(judged.warnings).toEqual([expect.stringContaining("suite unit passed without a test")]);
  });
});

describe("checks", () => {
  const plan = planWith({ checks: true });

  it("must have been made on this image, when the project has some", async () => {
    expect(await codes([run([{}])], { plan })).toEqual(["EVIDENCE_CHECK_MISSING"]);
    expect(await codes([run([{}]), run([], { check: checks(identity) })], { plan })).toEqual([]);
  });

  it("of another image than the run's are refused", async () => {
    expect(await codes([run([{}], { check: checks(other) })])).toEqual(["EVIDENCE_INVALID"]);
  });

  it("count when they passed in a run that failed or was stopped: they are about the image alone", async () => {
    const check = checks(identity);
    const broken = { problems: [{ code: "X", message: "It burned." }] };
    for (const changes of [{ status: "failed", ...broken } as const, { status: "stopped" } as const])
      expect(await codes([run([failing], { check, ...changes }), run([{}])], { plan })).toEqual([]);
  });

  it("that failed are refused, also where none are asked for", async () => {
    const failed = run([], { check: { ...checks(identity), status: "failed" } });
    expect(await codes([run([{}]), failed])).toEqual(["EVIDENCE_CHECK_FAILED"]);
    expect(await codes([run([{}]), failed, run([], { check: checks(identity) })], { plan })).toEqual([]);
  });
});

describe("the source", () => {
  const dirty = { commit: COMMIT, dirty: true };

  it.each([
    ["when it was tested", [run([{}], { source: dirty })], {}],
    ["when it was built", [run([{}])], { source: { built: dirty } }],
    ["now", [run([{}])], { source: { now: dirty } }],
  ])("may not have had changes %s, unless that is allowed", async (_when, outcomes, changes) => {
    expect(await codes(outcomes, changes)).toEqual(["RELEASE_DIRTY_TREE"]);
    const allowed = await judge(outcomes, { ...changes, plan: planWith({ allowDirty: true }) });
    expect(allowed.refusals).toEqual([]);
    expect(allowed.warnings).toHaveLength(1);
  });

  it("is one commit for all: evidence, build and tree", async () => {
    const elsewhere = run([{}], { source: { commit: "beef", dirty: false } });
    expect(await codes([elsewhere])).toEqual(["EVIDENCE_OTHER_COMMIT"]);
    expect(await codes([run([{}])], { source: { built: { commit: "beef" } } })).toEqual([
      "EVIDENCE_OTHER_COMMIT",
    ]);
  });

  it("of an older run does not matter when there is one of this commit", async () => {
    const later = run([{}], { source: { commit: "beef", dirty: true }, startedAt: "2027-01-01T00:00:00Z" });
    expect(await codes([run([{}]), later])).toEqual([]);
  });

  it("may be unknown", async () => {
    expect(await codes([run([{}], { source: {} })], { source: {} })).toEqual([]);
    const judged = await judge([run([{}], { source: {} })]);
    expect(judged).toMatchObject({
      refusals: [],
      warnings: [expect.stringContaining("do not say of which commit")],
    });
  });
});

it("names stand-ins as a warning", async () => {
  const judged = await judge([run([{}], { images: [{ ...identity, standIn: true }] })]);
  expect(judged).toMatchObject({ refusals: [], warnings: [expect.stringContaining("target release")] });
});

function checks(image: ImageIdentity): NonNullable<Outcome["check"]> {
  return {
    status: "passed",
    imageId: image.imageId,
    counts: { passed: 1, failed: 0, skipped: 0 },
    duration: 10,
    results: [{ group: "check.user", name: "non-root", status: "passed", duration: 1 }],
  };
}
