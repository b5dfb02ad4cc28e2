import { mkdir } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { GoBuildInfo } from "../../agent/index.ts";
import { buildInfo, writeGoBinary, writeProgram } from "../testing/programs.ts";
import { type Place, runLocalShard, tempPlace } from "../testing/shard-run.ts";

// Real processes take their time on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const CRASH = `
const mark = "\\x16";
console.log(mark + "=== RUN   TestDone\\n" + mark + "--- PASS: TestDone (0.00s)\\n" + mark + "=== RUN   TestBoom");
console.error("panic: boom\\n\\ngoroutine 1 [running]:");
process.exit(2);
`;

function goSpec(place: Place) {
  return { runner: "go", binaries: path.join(place.root, "out") } as const;
}

describe("finding and running binaries", () => {
  test("every executable *.test below the folder is run, under its package's name", async () => {
    await using place = await tempPlace();
    const cart = await writeGoBinary(`${place.root}/out/shop/cart.test`, { tests: ["TestTotal"] });
    await writeGoBinary(`${place.root}/out/util/cart.test`, { tests: ["TestUtil"] });
    await writeProgram(`${place.root}/out/notes.txt`, "throw new Error('not a test')");
    const agent = { go: { [cart]: buildInfo("example.com/shop/cart") } };
    const run = await runLocalShard({ place, spec: goSpec(place), agent });
    expect(run).toMatchObject({ status: "passed", counts: { passed: 2 }, problems: [] });
    expect(run.tests.map((each) => `${each.group} ${each.name}`).sort()).toEqual([
      "example.com/shop/cart TestTotal",
      "util/cart TestUtil",
    ]);
  });

  test("a folder without binaries is a problem that names it", async () => {
    await using place = await tempPlace();
    const run = await runLocalShard({ place, spec: goSpec(place) });
    expect(run.problems).toMatchObject([{ code: "GO_BINARIES_MISSING" }]);
    expect(run.problems[0]?.message).toContain(`${place.root}/out`);
  });

  test("each binary runs in the mapped folder, its own below the working directory, or beside the binary", async () => {
    await using place = await tempPlace();
    const go: Record<string, GoBuildInfo> = {};
    for (const name of ["mapped", "own", "gone"]) {
      const file = await writeGoBinary(`${place.root}/out/${name}.test`, { tests: ["TestWhere"] });
      go[file] = buildInfo(`example.com/shop/${name}`);
    }
    for (const folder of ["own", "mapped", "data"]) await mkdir(path.join(place.root, folder));
    const testdata = { "example.com/shop/mapped": `${place.root}/data` };
    const run = await runLocalShard({ place, spec: { ...goSpec(place), testdata }, agent: { go } });
    const folders = Object.fromEntries(run.tests.map((each) => [path.basename(each.group), each.output]));
    expect(folders).toEqual({
      mapped: `in ${place.root}/data\n`,
      own: `in ${place.root}/own\n`,
      gone: `in ${place.root}/out\n`,
    });
  });

  test("the log has no markers, and says whose output follows", async () => {
    await using place = await tempPlace();
    for (const name of ["a", "b"])
      await writeGoBinary(`${place.root}/out/${name}.test`, { tests: ["TestX"] });
    const run = await runLocalShard({ place, spec: { ...goSpec(place), parallel: 1 } });
    expect(run.text).not.toContain("\x16");
    expect(run.text).toMatch(/^==> a <==\n=== RUN {3}TestX\n[\s\S]*==> b <==\n/);
  });

  test("a binary too old for framing, or that refuses it, is run without", async () => {
    await using place = await tempPlace();
    const old = await writeGoBinary(`${place.root}/out/old.test`, {
      tests: ["TestOld"],
      refusesFraming: true,
    });
    await writeGoBinary(`${place.root}/out/unknown.test`, { tests: ["TestUnknown"], refusesFraming: true });
    const agent = { go: { [old]: buildInfo("example.com/shop/old", { goVersion: "go1.15.2" }) } };
    const run = await runLocalShard({ place, spec: goSpec(place), agent });
    expect(run).toMatchObject({ status: "passed", counts: { passed: 2 }, problems: [] });
    const flags = run.agent.specs.filter((spec) => spec.argv[0] === old).map((spec) => spec.argv.slice(1));
    expect(flags).toMatchObject([["-test.v", expect.stringMatching(/^-test\.timeout=\d+ms$/)]]);
  });

  test("binaries that were built with coverage are told where to leave it, the others would refuse", async () => {
    await using place = await tempPlace();
    const [covered, plain] = await Promise.all(
      ["covered", "plain"].map((name) =>
        writeGoBinary(`${place.root}/out/${name}.test`, { tests: ["TestX"] }),
      ),
    );
    const go = {
      [covered ?? ""]: buildInfo("example.com/shop/covered", { settings: { "-cover": "true" } }),
      [plain ?? ""]: buildInfo("example.com/shop/plain"),
    };
    const environment = (_image: object, own: Record<string, string>) => ({
      env: { ...own, GOCOVERDIR: "/cov/go" },
      taken: [],
    });
    const flagsOf = async (more: Parameters<typeof runLocalShard>[0]["more"]) => {
      const { agent } = await runLocalShard({ place, spec: goSpec(place), agent: { go }, more });
      return agent.specs.flatMap(({ argv }) => argv.filter((word) => word.startsWith("-test.gocoverdir")));
    };
    expect(await flagsOf({ coverage: { environment } })).toEqual(["-test.gocoverdir=/cov/go"]);
    expect(await flagsOf({})).toEqual([]);
  });

  test("the environment, user and groups reach the binary", async () => {
    await using place = await tempPlace();
    await writeGoBinary(`${place.root}/out/a.test`, { tests: ["TestX"] });
    const run = await runLocalShard({
      place,
      spec: { ...goSpec(place), env: { COLOUR: "red" }, grep: "TestX" },
      image: { user: "app:app" },
    });
    expect(run.agent.specs).toMatchObject([
      {
        user: "app:app",
        env: { COLOUR: "red", SEATRIAL_SUITE: "unit", SEATRIAL_SHARD: "1", SEATRIAL_GREP: "TestX" },
      },
    ]);
    expect(run.agent.specs[0]?.argv).toContain("-test.run=TestX");
  });
});

describe("what no test can tell", () => {
  test("a crash fails the test that was running and needs no problem of its own", async () => {
    await using place = await tempPlace();
    await writeProgram(`${place.root}/out/a.test`, CRASH);
    const run = await runLocalShard({ place, spec: goSpec(place) });
    expect(run).toMatchObject({ status: "failed", counts: { passed: 1, failed: 1 }, problems: [] });
    expect(run.tests[1]).toMatchObject({ name: "TestBoom", message: "panic: boom" });
  });

  test("a binary that ends before it ran a test is a problem with its last lines", async () => {
    await using place = await tempPlace();
    await writeProgram(`${place.root}/out/a.test`, "console.error('no database'); process.exit(1)");
    const run = await runLocalShard({ place, spec: goSpec(place) });
    expect(run).toMatchObject({
      status: "failed",
      problems: [{ code: "GO_BINARY_FAILED", lastLines: ["no database"] }],
    });
  });

  test("an exit code that contradicts the tests is a problem", async () => {
    await using place = await tempPlace();
    await writeGoBinary(`${place.root}/out/a.test`, { tests: ["TestX"], body: "code=66" });
    const run = await runLocalShard({ place, spec: goSpec(place) });
    expect(run).toMatchObject({
      status: "failed",
      counts: { passed: 1 },
      problems: [{ code: "SUITE_RESULTS_DISAGREE" }],
    });
  });

  test("exit code 0 without the last word PASS is a problem", async () => {
    await using place = await tempPlace();
    await writeProgram(`${place.root}/out/a.test`, "console.log('a TestMain that never calls m.Run')");
    const run = await runLocalShard({ place, spec: goSpec(place) });
    expect(run.problems).toMatchObject([{ code: "GO_BINARY_FAILED" }]);
  });

  test("a binary without tests is fine", async () => {
    await using place = await tempPlace();
    await writeGoBinary(`${place.root}/out/a.test`, { tests: [] });
    await writeGoBinary(`${place.root}/out/b.test`, { tests: ["TestB"] });
    const run = await runLocalShard({ place, spec: goSpec(place) });
    expect(run).toMatchObject({ status: "passed", counts: { passed: 1 }, problems: [] });
  });

  test("a binary that reaches its own limit is a time-out, and what did not run is named", async () => {
    await using place = await tempPlace();
    const dump = "panic: test timed out after 1s\\n\\trunning tests:\\n\\t\\tTestHangs (1s)\\n";
    await writeProgram(
      `${place.root}/out/a.test`,
      `console.log("\\x16=== RUN   TestHangs"); console.error("${dump}"); process.exit(2);`,
    );
    await writeGoBinary(`${place.root}/out/b.test`, { tests: ["TestB"] });
    const run = await runLocalShard({ place, spec: { ...goSpec(place), parallel: 1 } });
    expect(run.problems).toMatchObject([
      { code: "SUITE_TIMED_OUT", message: expect.stringContaining("TestHangs") },
    ]);
    expect(run.tests).toMatchObject([{ name: "TestHangs", message: "panic: test timed out after 1s" }]);
    expect(run.events).toContainEqual(
      expect.objectContaining({ type: "warning", message: expect.stringContaining("were tested: b") }),
    );
  });
});

describe("shards", () => {
  async function shards(options: { place: Place; count: number; grep?: string }): Promise<string[][]> {
    const { place, count, grep } = options;
    const spec = { ...goSpec(place), shards: count, grep };
    const runs = await Promise.all(
      Array.from({ length: count }, async (_, at) => {
        const own = { ...place, results: `${place.results}-${at}`, host: `${place.host}-${at}` };
        return await runLocalShard({ place: own, spec, shard: { index: at + 1, count } });
      }),
    );
    for (const run of runs) expect(run.problems).toEqual([]);
    return runs.map((run) => run.tests.map((each) => `${each.group}.${each.name}`));
  }

  test("of fewer binaries than shards have each test exactly once", async () => {
    await using place = await tempPlace();
    const tests = ["TestA", "TestB", "TestC", "TestAB", "TestD"];
    await writeGoBinary(`${place.root}/out/one.test`, { tests });
    await writeGoBinary(`${place.root}/out/two.test`, { tests });
    const found = await shards({ place, count: 3 });
    expect(found.flat().sort()).toEqual(
      ["one", "two"].flatMap((name) => tests.map((each) => `${name}.${each}`)).sort(),
    );
    expect(found.every((each) => each.length >= 3)).toBe(true);
  });

  test("with a pattern have each matching test exactly once", async () => {
    await using place = await tempPlace();
    await writeGoBinary(`${place.root}/out/one.test`, { tests: ["TestA", "TestB", "TestC", "TestAB"] });
    const found = await shards({ place, count: 2, grep: "A" });
    expect(found).toEqual([["one.TestA"], ["one.TestAB"]]);
  });

  test("that cannot be listed are a problem", async () => {
    await using place = await tempPlace();
    await writeProgram(`${place.root}/out/a.test`, "console.error('needs a database'); process.exit(1)");
    const run = await runLocalShard({
      place,
      spec: { ...goSpec(place), shards: 2 },
      shard: { index: 1, count: 2 },
    });
    expect(run.problems).toMatchObject([{ code: "SUITE_NOT_SHARDED", lastLines: ["needs a database"] }]);
  });
});
