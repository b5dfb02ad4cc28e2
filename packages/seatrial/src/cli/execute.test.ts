import { mkdir, readdir, readFile, readlink, rm, utimes, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { FakeAgentOptions } from "../agent/testing/index.ts";
import { createMemoryEngine } from "../engine/memory/index.ts";
import type { Outcome, RunEvent } from "../model/index.ts";
import { openJournal, readJournals } from "../run/index.ts";
import { planWith, suiteWith, targetWith } from "../run/testing/plan.ts";
import { makeRunWorld, type RunWorld, type Scripts } from "../run/testing/running.ts";
import { memoryUsage, servicePlan } from "../services/testing/world.ts";
import { ToolError } from "../support/error.ts";
import { type ExecutedRun, type ExecuteOptions, executeRun } from "./execute.ts";
import { openSnapshots } from "./open-snapshots.ts";
import { digestOf } from "./reports.ts";
import type { Session } from "./session.ts";
import { type At, at } from "./testing/at.ts";

const SECRET = "hunter2-hunter2";
const passing: FakeAgentOptions = { processes: () => [{ stdout: "fine\n" }, { exit: 0 }] };
const telling: FakeAgentOptions = {
  probe: () => ({ ready: false, saw: `wrong password ${SECRET}` }),
  async *processes(_spec, io) {
    yield { stdout: `my password is ${SECRET}\n` };
    await io.nextSignal();
  },
};

interface Executed extends AsyncDisposable {
  executed: ExecutedRun;
  here: At;
  world: RunWorld;
  file(name: string): Promise<string>;
}

async function execute(
  scripts: Scripts,
  plan: Parameters<typeof planWith>[0],
  options: {
    flags?: ExecuteOptions["flags"];
    prepare?: (here: At) => Promise<unknown>;
    signal?: AbortSignal;
  } = {},
): Promise<Executed> {
  const here = await at({});
  const world = await makeRunWorld({ scripts });
  await options.prepare?.(here);
  const executed = await executeRun({
    session: sessionOf(here, world),
    plan: planWith({ root: here.path, ...plan }),
    flags: options.flags ?? {},
    signal: options.signal ?? new AbortController().signal,
  });
  return {
    executed,
    here,
    world,
    file: (name) => readFile(`${here.path}/.seatrial/latest/${name}`, "utf8"),
    async [Symbol.asyncDispose]() {
      await executed[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
      await here[Symbol.asyncDispose]();
    },
  };
}

/** Of the project, a run needs only its plan. */
function sessionOf(here: At, world: RunWorld): Session {
  return {
    surroundings: here.surroundings,
    engine: world.engine,
    launcher: world.context.launcher,
    usage: memoryUsage(),
    secrets: [SECRET],
    source: Promise.resolve({}),
  } as unknown as Session;
}

const stateOf = (here: At) => `${here.path}/home/.local/state/seatrial`;

it("what is built without a secret that it needs fails before anything is started", async () => {
  await using here = await at({});
  await using world = await makeRunWorld({ scripts: {} });
  const errors = [new ToolError({ code: "SECRET_NOT_FOUND", message: "TOKEN is not set", exitCode: 2 })];
  const session = { ...sessionOf(here, world), missing: { targets: ["release"], errors } };
  const plan = planWith({ root: here.path, targets: [targetWith("release")] });
  const { signal } = new AbortController();
  await expect(executeRun({ session, plan, flags: {}, signal })).toThrowWithCode("SECRET_NOT_FOUND");
  await expect(readdir(`${here.path}/.seatrial`)).rejects.toThrow();
});

describe("a run that was carried out", () => {
  it("leaves outcome, JUnit file, events and logs in a folder that is the latest", async () => {
    await using run = await execute({ unit: passing }, { suites: [suiteWith()] });
    const { here, executed } = run;
    expect(executed.exitCode).toBe(0);
    expect(await readlink(`${here.path}/.seatrial/latest`)).toBe(`runs/${executed.run}`);
    const names = await readdir(`${here.path}/.seatrial/latest`);
    expect(names.sort()).toEqual(["events.ndjson", "junit", "junit.xml", "logs", "outcome.json"]);
    expect((JSON.parse(await run.file("outcome.json")) as Outcome).status).toBe("passed");
    expect(await run.file("junit.xml")).toContain('tests="1"');
    expect(await run.file("logs/suite-unit.log")).toBe("fine\n");
    const events = (await run.file("events.ndjson")).trimEnd().split("\n");
    const parsed = events.map((line) => JSON.parse(line) as RunEvent & { seq: number });
    expect(parsed.at(-1)?.type).toBe("run-finished");
    expect(parsed.filter((event) => event.type === "output")).toEqual([]);
  });

  it("that is kept says so in its events, too", async () => {
    await using run = await execute({ unit: passing }, { suites: [suiteWith()] });
    await run.executed.keep(new Date());
    await run.executed[Symbol.asyncDispose]();
    const events = (await run.file("events.ndjson")).trimEnd().split("\n");
    const last = events.slice(-2).map((line) => JSON.parse(line) as RunEvent & { seq: number });
    expect(last).toMatchObject([{ type: "run-finished" }, { type: "run-kept", run: run.executed.run }]);
    expect(last[1]?.seq).toBe((last[0]?.seq ?? 0) + 1);
  });

  it("leaves a JUnit file of each suite, and says its digest and the plan's", async () => {
    await using run = await execute(
      { unit: passing, e2e: passing },
      { suites: [suiteWith(), suiteWith({ name: "e2e" })] },
    );
    const outcome = JSON.parse(await run.file("outcome.json")) as Outcome;
    expect(outcome.plan).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(outcome.suites.map((suite) => suite.junit?.file)).toEqual(["junit/unit.xml", "junit/e2e.xml"]);
    const text = await run.file("junit/unit.xml");
    expect(text).toContain('<testsuite name="unit" tests="1"');
    expect(text).not.toContain("e2e");
    expect(outcome.suites[0]?.junit?.digest).toBe(digestOf(text));
  });

  it("has one plan digest wherever the project lies", async () => {
    await using first = await execute({ unit: passing }, { suites: [suiteWith()] });
    await using second = await execute({ unit: passing }, { suites: [suiteWith()] });
    await using other = await execute({ unit: passing }, { suites: [suiteWith({ shards: 2 })] });
    const digest = async (run: Executed) => (JSON.parse(await run.file("outcome.json")) as Outcome).plan;
    expect(first.here.path).not.toBe(second.here.path);
    expect(await digest(first)).toBe(await digest(second));
    expect(await digest(first)).not.toBe(await digest(other));
  });

  it("tells its result before what it used is removed, and its journal goes last", async () => {
    await using run = await execute(
      { db: { ...telling, probe: () => ({ ready: true, saw: "ok" }) }, unit: passing },
      { services: [servicePlan()], suites: [suiteWith({ needs: ["db"] })] },
    );
    expect(run.here.stdout()).toContain("passed: 1 passed");
    expect(await run.world.left()).not.toEqual([]);
    const [entry] = await readJournals(stateOf(run.here));
    expect(entry).toMatchObject({ run: run.executed.run, alive: true });
    await run.executed[Symbol.asyncDispose]();
    expect(await run.world.left()).toEqual([]);
    expect(await readJournals(stateOf(run.here))).toEqual([]);
  });

  it("with --json tells each event as a line, whose last one is the outcome, and nothing else", async () => {
    await using run = await execute({ unit: passing }, { suites: [suiteWith()] }, { flags: { json: true } });
    const lines = run.here.stdout().trimEnd().split("\n");
    const events = lines.map((line) => JSON.parse(line) as RunEvent & { seq: number });
    expect(events[0]?.type).toBe("run-started");
    expect(events.at(-1)).toMatchObject({ type: "run-finished", outcome: { status: "passed" } });
  });

  it("that is kept is one in the journal, and says how to get in", async () => {
    await using run = await execute({ unit: passing }, { suites: [suiteWith()] });
    await run.executed.keep(new Date(2030, 0, 1, 12, 30));
    expect((await readJournals(stateOf(run.here)))[0]?.keptUntil).toMatch(/^20(29|30)-/);
    expect(run.here.stdout()).toContain(`seatrial shell --run ${run.executed.run}`);
    expect(run.here.stdout()).toContain("kept until 12:30");
    expect(await run.executed.hasGuests()).toBe(false);
  });
});

it("a run makes room for its folder: the oldest ones of its project go, but for those whose owner lives", async () => {
  const runs = Array.from({ length: 22 }, (_, at) => `20200101-0000${10 + at}-abcdef`);
  const [first = "", second = "", third = "", ...others] = runs;
  const prepare = async (here: At) => {
    for (const run of runs) {
      const folder = `${here.path}/.seatrial/runs/${run}`;
      await mkdir(folder, { recursive: true });
      await writeFile(`${folder}/outcome.json`, "{}");
      await utimes(`${folder}/outcome.json`, 0, 0);
    }
    await openJournal({ folder: stateOf(here), run: second, plan: planWith(), engine: createMemoryEngine() });
  };
  await using run = await execute({ unit: passing }, { suites: [suiteWith()] }, { prepare });
  await run.executed[Symbol.asyncDispose]();
  const left = await readdir(`${run.here.path}/.seatrial/runs`);
  expect(left.sort()).toEqual([second, ...others, run.executed.run]);
  expect(left).not.toContain(first);
  expect(left).not.toContain(third);
});

describe("a secret", () => {
  it("is in nothing that a failing run shows or leaves", async () => {
    const plan = {
      services: [servicePlan({ readiness: { probes: [{ kind: "tcp", port: 1 }], deadline: 1_000 } })],
      suites: [suiteWith({ needs: ["db"] })],
    };
    for (const flags of [{}, { json: true }]) {
      await using run = await execute({ db: telling }, plan, { flags });
      expect(run.executed.exitCode).toBe(1);
      const files = ["outcome.json", "junit.xml", "events.ndjson", "logs/db.log"];
      const texts = await Promise.all(files.map((name) => run.file(name)));
      for (const text of [...texts, run.here.stdout(), run.here.stderr()]) {
        expect(text).not.toContain(SECRET);
      }
      expect(texts[0]).toContain("wrong password [redacted]");
    }
  });
});

describe("a run that cannot write", () => {
  it("its results fails before anything is started", async () => {
    const scripts = { unit: passing };
    const failing = execute(
      scripts,
      { suites: [suiteWith()] },
      {
        prepare: (here) => writeFile(`${here.path}/.seatrial`, "a file"),
      },
    );
    await expect(failing).toThrowWithCode("RESULTS_NOT_WRITABLE");
  });

  it("its journal goes on without one", async () => {
    await using run = await execute(
      { unit: passing },
      { suites: [suiteWith()] },
      {
        prepare: (here) => writeFile(`${here.path}/home`, "a file"),
      },
    );
    expect(run.executed.exitCode).toBe(0);
  });

  it("its reports at the end still tells its result, removes what it used, and fails with that", async () => {
    const here = await at({});
    const world = await makeRunWorld({
      scripts: {
        unit: {
          async *processes() {
            // As when somebody cleans up while tests run.
            const [run] = await readdir(`${here.path}/.seatrial/runs`);
            await rm(`${here.path}/.seatrial/runs/${run}`, { recursive: true });
            await writeFile(`${here.path}/.seatrial/runs/${run}`, "a file");
            yield { exit: 0 };
          },
        },
      },
    });
    const session = sessionOf(here, world);
    const plan = planWith({ root: here.path, suites: [suiteWith()] });
    const signal = new AbortController().signal;
    await expect(executeRun({ session, plan, flags: {}, signal })).toThrowWithCode("RESULTS_NOT_WRITABLE");
    expect(here.stdout()).toContain("1 passed");
    expect(await world.left()).toEqual([]);
    await world[Symbol.asyncDispose]();
    await here[Symbol.asyncDispose]();
  });
});

it("snapshots are neither wanted with --fresh, nor kept by an engine that cannot keep containers as images", async () => {
  const signal = new AbortController().signal;
  const opened = (canCommit: boolean, fresh: boolean) => {
    const engine = createMemoryEngine({ capabilities: { canCommit } });
    return openSnapshots({ session: { engine, usage: memoryUsage() } as unknown as Session, fresh, signal });
  };
  expect(await opened(true, false)).toBeDefined();
  expect(await opened(true, true)).toBeUndefined();
  expect(await opened(false, false)).toBeUndefined();
});
