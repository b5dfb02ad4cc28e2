import { describe, expect, it } from "vitest";
import type { CoverageGate } from "./coverage-gate.ts";
import { evidenceOf, makeReleaseWorld, outcomeOf, planWith, suiteOf } from "./testing/world.ts";

const TOO_LOW = { code: "COVERAGE_TOO_LOW", message: "In total: 40 %, 80 % wanted." };

/** A release of two suites, of which each ran in a job of its own. */
async function release(options: { gate: CoverageGate; names?: string[] }) {
  const world = makeReleaseWorld();
  const { imageId } = world.identity;
  const found = (options.names ?? ["unit", "api"]).map((name, at) =>
    evidenceOf(outcomeOf(world.identity, { run: `r${at}`, suites: [suiteOf({ name, imageId })] })),
  );
  return await world.release({
    plan: planWith({ suites: ["unit", "api"].map((name) => ({ name, allowEmpty: false })) }),
    found: { evidence: found, invalid: [], warnings: [] },
    coverage: options.gate,
  });
}

describe("a release that asks for coverage", () => {
  it("gives the gate each run with the suites that count of it, and tells its warnings", async () => {
    let asked: unknown;
    const { problems, warnings } = await release({
      gate: async (runs) => {
        asked = runs;
        return { refusals: [], warnings: ["not all is judged"] };
      },
    });
    expect(asked).toEqual([
      { run: "r0", folder: "runs/r0", suites: ["unit"] },
      { run: "r1", folder: "runs/r1", suites: ["api"] },
    ]);
    expect(problems).toEqual([]);
    expect(warnings).toContain("not all is judged");
  });

  it("is refused where the jobs together do not reach enough, and sets no tag", async () => {
    const { problems, receipt, exitCode } = await release({
      gate: async () => ({ refusals: [TOO_LOW], warnings: [] }),
    });
    expect(problems).toEqual([TOO_LOW]);
    expect(exitCode).toBe(1);
    expect(receipt.tags.map(({ state }) => state)).toEqual(["not-set", "not-set"]);
  });

  it("tells of a missing suite alone: what it would have reached is not known", async () => {
    const { problems } = await release({
      names: ["unit"],
      gate: async () => ({ refusals: [TOO_LOW], warnings: [] }),
    });
    expect(problems.map(({ code }) => code)).toEqual(["EVIDENCE_SUITE_MISSING"]);
  });
});
