import { describe, expect, it } from "vitest";
import type { Outcome } from "../model/index.ts";
import { judgeEvidence } from "./judge-evidence.ts";
import { COMMIT, evidenceOf, makeReleaseWorld, outcomeOf, planWith, suiteOf } from "./testing/world.ts";

const world = makeReleaseWorld();
const { identity } = world;
const COVERAGE = {
  status: "failed",
  judgements: [{ passed: false, problem: { code: "COVERAGE_TOO_LOW", message: "12 % of 80 %." } }],
} as Outcome["coverage"];

async function judge(...runs: Partial<Outcome>[]) {
  return judgeEvidence({
    plan: planWith(),
    project: "shop",
    candidate: await world.candidate(),
    evidence: runs.map((changes, index) =>
      evidenceOf(
        outcomeOf(identity, {
          run: `r${index}`,
          startedAt: `2026-01-01T10:0${index}:00.000Z`,
          ...changes,
        }),
      ),
    ),
    source: { now: { commit: COMMIT, dirty: false } },
  });
}

async function codes(...runs: Partial<Outcome>[]) {
  return (await judge(...runs)).refusals.map(({ code }) => code);
}

const failed = (changes: Partial<Outcome> = {}): Partial<Outcome> => ({ status: "failed", ...changes });
const problem = (subject?: string) => ({ problems: [{ code: "X", message: "It burned.", subject }] });
const unit = suiteOf({ imageId: identity.imageId });

describe("a suite that passed in a run that failed", () => {
  it("by its coverage is no evidence, and the refusal says what was asked", async () => {
    expect((await judge(failed({ coverage: COVERAGE }))).refusals).toMatchObject([
      { code: "EVIDENCE_RUN_FAILED", message: expect.stringMatching(/r0.*suite unit.*12 % of 80 %/) },
    ]);
  });

  it.each([
    ["by a problem of no suite", problem()],
    ["by one of its services", problem("db")],
    ["by one that names the suite itself, which passed", problem("unit")],
  ])("%s is no evidence", async (_why, changes) => {
    expect((await judge(failed(changes))).refusals).toMatchObject([
      { code: "EVIDENCE_RUN_FAILED", message: expect.stringContaining("It burned.") },
    ]);
  });

  it("by another suite or by its checks is evidence: those are judged by themselves", async () => {
    const api = suiteOf({ name: "api", status: "failed", imageId: identity.imageId });
    expect(await codes(failed({ suites: [unit, api] }))).toEqual([]);
    expect(await codes(failed({ suites: [unit, api], ...problem("api") }))).toEqual([]);
    expect(await codes(failed({ suites: [unit, { ...api, status: "skipped" }], ...problem("db") }))).toEqual([
      "EVIDENCE_RUN_FAILED",
    ]);
  });

  it("is not made good by an older run, only by a newer one", async () => {
    expect(await codes({}, failed({ coverage: COVERAGE }))).toEqual(["EVIDENCE_RUN_FAILED"]);
    expect(await codes(failed({ coverage: COVERAGE }), {})).toEqual([]);
  });

  it("by the release at its end is evidence, so that running it again completes", async () => {
    expect(await codes(failed({ tested: "passed", ...problem("release") }))).toEqual([]);
    expect(await codes({ status: "stopped", tested: "passed", ...problem("release") })).toEqual([]);
  });
});

describe("a suite that passed in a run that was stopped", () => {
  it("does not count, since its coverage was never judged, and leaves what was known", async () => {
    expect((await judge({ status: "stopped" })).refusals).toMatchObject([
      { code: "EVIDENCE_SUITE_MISSING", message: expect.stringContaining("r0 was stopped before") },
    ]);
    expect(await codes({}, { status: "stopped" })).toEqual([]);
  });

  it("makes an older pass worthless when it failed before the stop", async () => {
    const suites = [suiteOf({ status: "failed", imageId: identity.imageId })];
    expect(await codes({}, { status: "stopped", suites })).toEqual(["EVIDENCE_SUITE_FAILED"]);
  });
});
