import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { docker, eventually, leftovers } from "./support/engine.ts";
import { type ExampleCopy, exampleCopy } from "./support/example.ts";
import { projectNames } from "./support/forget.ts";
import { type Ended, latestOutcome, PROGRAM, seatrial, startCommand } from "./support/program.ts";

const named = projectNames("go-postgres");
const TESTS = { unit: 36, integration: 177 };

async function copy(story: string): Promise<ExampleCopy & { name: string }> {
  const name = named(story);
  return { ...(await exampleCopy({ example: "go-postgres", client: "go", name })), name };
}

async function make(target: string, cwd: string): Promise<Ended> {
  return await startCommand(["make", target, `SEATRIAL=${process.execPath} ${PROGRAM}`], { cwd }).ended;
}

it("four of them at once pass, publish no port, and leave nothing", async () => {
  const examples = await Promise.all(["one", "two", "three", "four"].map(copy));
  try {
    const runs = Promise.all(examples.map(({ cwd }) => make("test", cwd)));
    const filters = ["--filter", "label=seatrial.kind=run", "--format"];
    const servers = () =>
      docker("ps", ...filters, '{{.Label "seatrial.project"}} {{.Image}} {{.Ports}}').then((text) =>
        text.split("\n").filter((line) => examples.some(({ name }) => line.startsWith(name))),
      );
    const [running] = await Promise.all([
      eventually({ ask: servers, until: (lines) => lines.length >= 4, within: 120_000 }),
      runs,
    ]);
    expect(running.filter((line) => line.includes("->"))).toEqual([]);
    for (const [at, ended] of (await runs).entries()) {
      const { cwd = "", name = "" } = examples[at] ?? {};
      expect(ended.code, ended.stdout).toBe(0);
      const { suites } = await latestOutcome(cwd);
      for (const suite of suites) {
        const passed = TESTS[suite.name as keyof typeof TESTS];
        expect(suite.counts, suite.name).toEqual({ passed, failed: 0, skipped: 0 });
      }
      expect(suites.find((suite) => suite.name === "integration")?.spaces).toBeGreaterThan(150);
      expect(await leftovers({ project: name })).toEqual([]);
    }
  } finally {
    for (const example of examples) await example[Symbol.asyncDispose]();
  }
}, 600_000);

describe("with its services in reach", () => {
  let example: Awaited<ReturnType<typeof copy>>;
  const run = (...args: string[]) => seatrial(args, { cwd: example.cwd });

  beforeAll(async () => {
    example = await copy("kept");
  });
  afterAll(async () => {
    await run("down", "--all");
    await example[Symbol.asyncDispose]();
  });

  it("the database of a test that failed on purpose is kept, listed and opened", async () => {
    const ended = await make("keep", example.cwd);
    expect(ended.code, ended.stdout).not.toBe(0);
    const { suites } = await latestOutcome(example.cwd);
    expect(suites[0]?.counts).toEqual({ passed: 0, failed: 1, skipped: 0 });
    // The reason comes first, then where the database is.
    expect(ended.stdout).toMatch(/TestOnPurpose .*\n +\S+\.go:\d+: failed as it was asked to/);
    const list = await run("space", "list");
    const [, id = ""] = /^(\w+) .*internal\/order\.TestOnPurpose .*kept \(failed\)/m.exec(list.stdout) ?? [];
    expect(id, list.stdout).not.toBe("");
    // The test's own log tells the same.
    expect(ended.stdout).toContain(`seatrial space open ${id}`);
    const opened = await run("space", "open", id, "--", "-Atc", "SELECT sum(quantity) FROM reservations");
    expect(opened.stdout.trim(), opened.stderr).toBe("7");
    expect((await run("down")).code).toBe(0);
    expect((await run("space", "list")).stdout).toContain("no spaces");
  }, 300_000);

  it("the tests pass as programs of this machine, each run with new databases", async () => {
    // Those of the image, so that this machine needs no Go.
    expect((await run("build")).code).toBe(0);
    const container = await docker("create", `seatrial/${example.name}:test`);
    await docker("cp", `${container}:/tests/integration`, `${example.folder}/tests`);
    await docker("rm", container);
    const files = await readdir(`${example.folder}/tests`, { recursive: true });
    const binaries = files.filter((name) => name.endsWith(".test"));
    expect(binaries.length).toBeGreaterThan(7);
    expect((await run("up")).code).toBe(0);
    const all = 'for test in "$@"; do "$0/$test" -test.v || exit 1; done';
    const passes = async (names: string[]) => {
      const ended = await run("exec", "--", "sh", "-c", all, `${example.folder}/tests`, ...names);
      expect(ended.code, ended.stdout).toBe(0);
      return ended.stdout.match(/--- PASS/g)?.length ?? 0;
    };
    const [some, others] = [true, false].map((is) =>
      binaries.filter((name) => name.includes("stocktake") === is),
    ) as [string[], string[]];
    const once = await passes(some);
    expect(once + (await passes(others))).toBe(TESTS.integration);
    // Once more, in databases that others had.
    expect(await passes(some)).toBe(once);
    expect((await run("down")).code).toBe(0);
    expect(await leftovers({ project: example.name })).toEqual([]);
  }, 300_000);

  it("without a broker a test says what to run", async () => {
    const { stdout } = await startCommand([`${example.folder}/tests/migrations/migrations.test`], {
      cwd: example.cwd,
    }).ended;
    expect(stdout).toContain("`seatrial exec -- go test ./...`");
  });
});
