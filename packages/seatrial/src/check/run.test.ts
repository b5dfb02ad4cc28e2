import { describe, expect, it } from "vitest";
import { engineError } from "../engine/index.ts";
import { CATALOGUE } from "./catalogue.ts";
import type { DynamicCheck } from "./check.ts";
import { describeChecks } from "./describe.ts";
import { planChecks } from "./plan.ts";
import { summarise } from "./summary.ts";
import { check } from "./testing/world.ts";

const dynamic = (run: DynamicCheck["run"], name: DynamicCheck["name"] = "absent"): DynamicCheck => ({
  kind: "dynamic",
  name,
  explain: "Runs it.",
  asked: () => "something",
  run,
});

const settings = { absent: ["gcc"], user: "non-root" };
const statics = CATALOGUE.filter((each) => each.kind === "static");

describe("checks", () => {
  it("are test events as they are known, and results in the order of the catalogue", async () => {
    const running = dynamic(async ({ report }) => {
      report({ name: "gcc cannot be run", status: "passed", duration: 12 });
    });
    const { outcome, events } = await check({ settings, checks: [...statics, running] });
    expect(outcome.results.map(({ group, name }) => `${group} ${name}`)).toEqual([
      "check.absent gcc",
      "check.absent gcc cannot be run",
      "check.user non-root",
      "check.secrets private keys",
      "check.secrets credentials",
    ]);
    const told = events.flatMap((event) => (event.type === "test-finished" ? [event] : []));
    expect(told.map(({ test }) => test)).toEqual(expect.arrayContaining(outcome.results));
    expect(told.every(({ suite, shard }) => suite === "check" && shard === 0)).toBe(true);
    expect(outcome).toMatchObject({ status: "failed", counts: { passed: 4, failed: 1, skipped: 0 } });
  });

  it("that cannot be carried out are a problem and no case, beside those that can", async () => {
    const away = dynamic(async () => {
      throw engineError({ code: "ENGINE_UNREACHABLE", message: "The engine is away." });
    });
    const bug = dynamic(async () => {
      throw new Error("oops");
    }, "entrypoint");
    const { outcome, exitCodes } = await check({ settings, checks: [...statics, away, bug] });
    expect(outcome.status).toBe("failed");
    expect(outcome.problem).toMatchObject({ code: "ENGINE_UNREACHABLE", subject: "check" });
    expect(outcome.problem?.lastLines?.join()).toMatch(/oops/);
    expect(outcome.results).toHaveLength(4);
    expect(exitCodes).toEqual([3]);
  });

  it("of an image that is gone say so", async () => {
    const { outcome } = await check({
      engine: (real) => ({ ...real, images: { ...real.images, inspect: async () => undefined } }),
    });
    expect(outcome.problem?.code).toBe("IMAGE_NOT_FOUND");
  });

  it("that the user stops are stopped, whatever they had found", async () => {
    const stop = new AbortController();
    const stopping = dynamic(async ({ report, signal }) => {
      report({ name: "one", status: "failed" });
      stop.abort(new Error("stopped by the user"));
      signal.throwIfAborted();
    });
    const { outcome, exitCodes } = await check({ checks: [stopping], signal: stop.signal });
    expect(outcome).toMatchObject({ status: "stopped", problem: undefined, counts: { failed: 1 } });
    expect(exitCodes).toEqual([]);
  });

  it("that nobody asks for are not run; the reading is there all the same", async () => {
    const unasked: DynamicCheck = {
      ...dynamic(async ({ report }) => report({ name: "x", status: "failed" })),
      asked: () => undefined,
    };
    const { outcome } = await check({
      checks: [unasked],
      layers: [[{ name: "a", content: "x".repeat(100) }]],
      test: { layers: [[{ name: "b", content: "x".repeat(900) }]] },
      measureTest: true,
    });
    expect(outcome).toMatchObject({ status: "passed", results: [] });
    expect(outcome.reading).toMatchObject({
      release: { uncompressed: 100, layers: 1, transferred: expect.any(Number) },
      test: { uncompressed: 900, transferred: expect.any(Number) },
    });
  });

  it("compare a test image that is a sibling, and no other one", async () => {
    const base = [{ name: "a", content: "x" }];
    const app = [{ name: "app", content: "xx" }];
    const sibling = await check({
      layers: [base, app],
      test: { layers: [base, [{ name: "test", content: "xxx" }]] },
      measureTest: true,
    });
    expect(sibling.outcome.reading?.difference).toEqual({
      untested: { count: 1, paths: ["/app"] },
      unshipped: { count: 1, paths: ["/test"] },
    });
    const onTop = await check({ layers: [base], test: { layers: [base, app] }, measureTest: true });
    expect(onTop.outcome.reading).toMatchObject({ test: {}, difference: undefined });
  });

  it("do not export the test image for the sake of its size alone", async () => {
    const test = { layers: [[{ name: "b", content: "x".repeat(900) }]] };
    const { outcome, exports } = await check({ test });
    expect(exports).toBe(1);
    // The engine's own number.
    expect(outcome.reading?.test).toMatchObject({ layers: 1, transferred: undefined });
  });
});

describe("for people", () => {
  it("what was proved is one line, and nothing that failed is in it", async () => {
    const plan = (absent: string[]) =>
      planChecks({
        settings: {
          ...settings,
          absent,
          noSources: { enabled: false, globs: [] },
          secrets: { enabled: true, allow: [], allowEmpty: [] },
          files: {},
          labels: {},
          env: {},
          structure: [],
        },
        release: "release",
        secrets: [],
      });
    const world = {
      layers: [[{ name: "a", content: "x".repeat(2000) }]],
      settings,
      config: { user: "1000" },
    };
    const good = await check({ ...world, test: { layers: [[]] } });
    expect(summarise(plan(["gcc"]), good.outcome)).toBe("no gcc; non-root; 2.0 kB (test image: 0 B)");
    expect(summarise(plan(["a", "b", "c", "d"]), good.outcome)).toBe(
      "none of 4 commands and packages; non-root; 2.0 kB (test image: 0 B)",
    );
    const bad = await check({ ...world, config: { user: "0" } });
    expect(summarise(plan(["gcc"]), bad.outcome)).toBe("no gcc; 2.0 kB");
  });

  it("each check explains itself once, in whole sentences", () => {
    const plan = planChecks({
      settings: {
        absent: [],
        noSources: { enabled: true, globs: [] },
        secrets: { enabled: true, allow: [], allowEmpty: [] },
        files: {},
        labels: {},
        env: {},
        structure: [],
      },
      release: "release",
      secrets: [{ id: "npmrc", from: { kind: "env", variable: "X" } }],
    });
    const described = describeChecks(plan);
    expect(new Set(described.map(({ name }) => name)).size).toBe(described.length);
    for (const { explain } of described) expect(explain).toMatch(/^[A-Z].{40,}\.$/);
    expect(described.find(({ name }) => name === "absent")?.asked).toBeUndefined();
    expect(described.find(({ name }) => name === "secrets")?.asked).toMatch(/^the build secret npmrc, keys/);
    expect(described.find(({ name }) => name === "no-sources")?.asked).toMatch(/tests/);
  });
});
