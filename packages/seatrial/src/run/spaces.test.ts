import { describe, expect, it } from "vitest";
import type { FakeAgentOptions } from "../agent/testing/index.ts";
import type { SpacePlan, SuiteSpec } from "../model/index.ts";
import { servicePlan } from "../services/testing/world.ts";
import { createMemoryKind, type MemoryKind } from "../spaces/memory/index.ts";
import { spacePlan } from "../spaces/testing/plan.ts";
import { planWith, suiteWith } from "./testing/plan.ts";
import { makeRunWorld, type Scripts } from "./testing/running.ts";

const serving: FakeAgentOptions = {
  probe: () => ({ ready: true, saw: "accepted" }),
  async *processes(_spec, io) {
    yield { stdout: "listening\n" };
    await io.nextSignal();
  },
};

/** A suite's container whose processes end with this code; what they found in their environment is kept. */
function telling(exit = 0) {
  const found: Record<string, string>[] = [];
  const script: FakeAgentOptions = {
    processes(spec) {
      found.push(spec.env ?? {});
      return [{ exit }];
    },
  };
  return { found, script };
}

const named = { spaces: { URL: { space: "db", part: "url" }, NAME: { space: "db", part: "name" } } };
const withSpaces = (changes: Partial<SuiteSpec> = {}) => suiteWith({ needs: ["db"], ...named, ...changes });

async function run(options: {
  scripts: Scripts;
  suites: SuiteSpec[];
  spaces?: SpacePlan[];
  steps?: Parameters<typeof planWith>[0] extends infer P
    ? P extends { steps?: infer S }
      ? S
      : never
    : never;
  memory?: MemoryKind;
}) {
  const { memory = createMemoryKind(), spaces = [spacePlan()] } = options;
  const hidden: string[] = [];
  await using world = await makeRunWorld({
    scripts: { db: serving, ...options.scripts },
    context: { spaceKinds: async () => memory.driver, hide: (secret) => void hidden.push(secret) },
  });
  const { outcome, exitCode } = await world.run(
    planWith({
      services: [servicePlan({ name: "db" })],
      suites: options.suites,
      spaces,
      earlySpaces: spaces.map(({ name }) => name),
      steps: options.steps ?? [],
    }),
  );
  return { outcome, exitCode, events: world.events, left: await world.left(), hidden, memory };
}

describe("a suite whose spaces are named", () => {
  it("gives each shard's process its own, counts them, and hides what is secret", async () => {
    const { found, script } = telling();
    const { outcome, events, hidden, left } = await run({
      scripts: { unit: script },
      suites: [withSpaces({ shards: 2 })],
    });
    expect(outcome.status).toBe("passed");
    const [one, two] = found;
    expect(one?.["URL"]).toMatch(/^memory:\/\/.*@db:5432\/st_[0-9a-f]{8}_/);
    expect(one?.["URL"]?.endsWith(`/${one["NAME"]}`)).toBe(true);
    expect(one?.["NAME"]).not.toBe(two?.["NAME"]);
    expect(one?.["SEATRIAL_BROKER"]).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(one?.["SEATRIAL_TOKEN"]).not.toBe(two?.["SEATRIAL_TOKEN"]);
    expect(outcome.suites[0]?.spaces).toBe(2);
    expect(outcome.spaces).toMatchObject([
      { space: "db", service: "db", kind: "postgres", leased: 2, kept: [] },
    ]);
    expect(hidden).toEqual(expect.arrayContaining([one?.["SEATRIAL_TOKEN"], `secret of ${two?.["NAME"]}`]));
    const finished = events.find((event) => event.type === "node-finished" && event.node.kind === "suite");
    expect(finished).toMatchObject({ detail: "2 spaces, 2 shards" });
    expect(left).toEqual([]);
  });

  it("has the space of a process that failed kept, and tells it", async () => {
    const { script } = telling(1);
    const { outcome, exitCode, events } = await run({ scripts: { unit: script }, suites: [withSpaces()] });
    expect(exitCode).toBe(1);
    const kept = events.flatMap((event) => (event.type === "space-kept" ? [event.space] : []));
    expect(kept).toMatchObject([
      { space: "db", state: "kept", holder: { run: "r1", suite: "unit", test: "" } },
    ]);
    expect(outcome.spaces).toMatchObject([{ leased: 1, kept: [{ id: kept[0]?.id }] }]);
  });

  it("fails with a part that its spaces do not have", async () => {
    const { script, found } = telling();
    const suite = withSpaces({ spaces: { HOST: { space: "db", part: "hots" } } });
    const { outcome, exitCode } = await run({ scripts: { unit: script }, suites: [suite] });
    expect([exitCode, found]).toEqual([1, []]);
    expect(outcome.suites[0]?.problem?.message).toContain("host");
  });

  it("has warnings about its spaces told, beside what is going on", async () => {
    const memory = createMemoryKind();
    const { driver } = memory;
    const open: typeof driver.open = async (options) => {
      options.onWarning?.("db lets everybody in");
      return await driver.open(options);
    };
    const { script } = telling();
    const { events } = await run({
      scripts: { unit: script },
      suites: [withSpaces()],
      memory: { ...memory, driver: { ...driver, open } },
    });
    expect(events).toContainEqual(
      expect.objectContaining({ type: "warning", message: "db lets everybody in" }),
    );
  });
});

describe("a suite that names no spaces", () => {
  it("can reach the broker when its services have spaces, and is given none by itself", async () => {
    const { found, script } = telling();
    const { outcome } = await run({ scripts: { unit: script }, suites: [suiteWith({ needs: ["db"] })] });
    expect(found[0]).toMatchObject({ SEATRIAL_BROKER: expect.stringContaining("http://") });
    expect(outcome.suites[0]?.spaces).toBeUndefined();
    expect(outcome.spaces).toMatchObject([{ leased: 0 }]);
  });

  it("has nothing of a broker when none of its services has spaces", async () => {
    const { found, script } = telling();
    await run({ scripts: { unit: script }, suites: [suiteWith()] });
    expect(Object.keys(found[0] ?? {})).not.toContain("SEATRIAL_BROKER");
  });
});

describe("templates", () => {
  const step = { kind: "service", service: "migrate", variable: "TARGET" } as const;
  const migrated = spacePlan({ template: { steps: [step] } });
  const steps = [servicePlan({ name: "migrate", oneShot: true, env: { TARGET: "its own", LEVEL: "1" } })];

  it("are built by one-shots with the address in their variable, in containers of their own", async () => {
    const migrating = telling();
    const { outcome, left } = await run({
      scripts: { unit: telling().script, "db-template": migrating.script },
      suites: [withSpaces()],
      spaces: [migrated],
      steps,
    });
    expect(outcome.status).toBe("passed");
    expect(migrating.found).toEqual([{ TARGET: "", LEVEL: "1" }]);
    expect(outcome.services.map(({ name }) => name)).toEqual(["db"]);
    expect(left).toEqual([]);
  });

  it("that fail are the failure of the suites that need them, and of no other", async () => {
    const failing: FakeAgentOptions = { processes: () => [{ stderr: "no such column\n" }, { exit: 3 }] };
    const { outcome, exitCode } = await run({
      scripts: {
        unit: telling().script,
        other: telling().script,
        fine: telling().script,
        "db-template": failing,
      },
      suites: [withSpaces(), withSpaces({ name: "other" }), suiteWith({ name: "fine", needs: ["db"] })],
      spaces: [migrated],
      steps,
    });
    expect(exitCode).toBe(1);
    expect(outcome.problems).toEqual([]);
    const problem = { code: "TEMPLATE_FAILED", lastLines: ["no such column"] };
    expect(outcome.suites).toMatchObject([
      { name: "unit", status: "failed", problem: { ...problem, subject: "unit" } },
      { name: "other", status: "failed", problem: { ...problem, subject: "other" } },
      { name: "fine", status: "passed" },
    ]);
    expect(outcome.suites[0]?.problem?.message).toBe(outcome.suites[1]?.problem?.message);
  });

  it("are begun as soon as their service is ready, whoever asks for them later", async () => {
    const { memory } = await run({
      scripts: { unit: telling().script },
      suites: [suiteWith({ needs: ["db"] })],
      spaces: [spacePlan({ name: "orders" })],
    });
    expect(memory.calls).toContainEqual({ call: "open", name: "orders" });
  });
});

it("the end of a run drops nothing one by one: its servers end with it", async () => {
  const { memory } = await run({ scripts: { unit: telling(1).script }, suites: [withSpaces()] });
  expect(memory.calls.map(({ call }) => call)).not.toContain("drop");
  expect(memory.spaces.size).toBeGreaterThan(0);
});
