import { expect, it } from "vitest";
import type { SpacesOutcome } from "../../model/index.ts";
import { fakeBroker } from "../../spaces/testing/fake-broker.ts";
import { brokerOfRun } from "./borrowed-broker.ts";

const signal = new AbortController().signal;
const holder = (run: string, suite: string) => ({ run, suite, test: "T", attempt: 1 });

it("a run's figures are those of its own suites, whoever else has spaces meanwhile", async () => {
  const broker = fakeBroker();
  const kept: string[] = [];
  const own = brokerOfRun({
    ...{ broker, run: "r1", suites: ["unit", "api"] },
    onKept: ({ id }) => void kept.push(id),
  });
  for (const [run, suite] of [
    ["r0", "unit"],
    ["r1", "unit"],
    ["r2", "unit"],
    ["r1", "api"],
    ["r1", "api"],
  ] as const) {
    const { id } = await broker.acquire({ space: "postgres", holder: holder(run, suite) }, signal);
    await broker.release(id, { outcome: suite === "unit" ? "failed" : "passed" });
  }
  expect(await own.outcomes()).toMatchObject([
    { space: "postgres", leased: 3, created: 3, kept: [{ holder: { run: "r1", suite: "unit" } }] },
  ]);
  expect(kept).toEqual(["lease-2"]);
});

it("waits are a run's own, and what cannot be told any more is left out", async () => {
  const waits: Record<string, [leased: number, median: number, largest: number]> = {
    unit: [9, 4, 70],
    api: [2, 900, 1000],
  };
  const outcomes = async (of?: { run: string; suite: string }): Promise<SpacesOutcome[]> => {
    const [leased, median, largest] = waits[of?.suite ?? ""] ?? [99, 99_999, 99_999];
    const about = { space: "db", service: "db", kind: "postgres", reused: 0, created: leased } as const;
    return [{ ...about, leased, wait: { median, largest }, kept: [] }];
  };
  const suites = ["api", "unit"];
  const run = { run: "r1", suites, onKept: () => undefined };
  const own = brokerOfRun({ ...run, broker: { ...fakeBroker(), outcomes } });
  expect(await own.outcomes()).toMatchObject([{ leased: 11, wait: { median: 4, largest: 1000 } }]);
  const gone = { ...fakeBroker(), outcomes: () => Promise.reject(new Error("its owner is gone")) };
  expect(await brokerOfRun({ ...run, broker: gone }).outcomes()).toEqual([]);
});
