import { mkdir } from "node:fs/promises";
import { describe, expect, test, vi } from "vitest";
import { writeProgram } from "../testing/programs.ts";
import { type Place, plainImage, runLocalShard, suiteSpec, tempPlace } from "../testing/shard-run.ts";
import { planPytest } from "./pytest-options.ts";
import type { ShardContext } from "./runner.ts";

// Real processes take their time on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const REPORT = '<testsuite><testcase classname="c" name="n"/></testsuite>';
const HELLO = { event: "hello" };

/** What behaves like a pytest that has loaded the plugin: tells these events, then ends. */
async function fakePytest(place: Place, script: string): Promise<string[]> {
  return [
    await writeProgram(
      `${place.root}/pytest`,
      `let seq = 0;
const raw = (event, to = process.stderr) => to.write("\\x16" + JSON.stringify(event) + "\\n");
const tell = (event, to) => raw({ process: process.pid, seq: ++seq, ...event }, to);
process.on("exit", () => seq > 0 && tell({ event: "end" }));
const options = process.env.PYTEST_ADDOPTS;
const report = /--junitxml=(\\S+)/.exec(options)?.[1];
const { writeFileSync } = require("node:fs");
${script}`,
    ),
  ];
}

const finished = (name: string, status: string, message: string | null = null) => ({
  event: "finished",
  group: "tests.test_a",
  name,
  status,
  duration: 0.25,
  message,
  output: "",
});

describe("what the plugin tells", () => {
  test("is reported live, and is not part of the log", async () => {
    await using place = await tempPlace();
    const events = [
      HELLO,
      { event: "started", group: "tests.test_a", name: "test_x" },
      finished("test_x", "failed", "assert 1"),
    ];
    const command = await fakePytest(
      place,
      `console.error("a warning"); ${JSON.stringify(events)}.forEach((each) => tell(each)); process.exitCode = 1;`,
    );
    const run = await runLocalShard({ place, spec: { runner: "pytest", command } });
    expect(run).toMatchObject({ status: "failed", counts: { failed: 1 }, problems: [] });
    expect(run.tests).toMatchObject([
      { group: "tests.test_a", name: "test_x", duration: 250, message: "assert 1" },
    ]);
    expect(run.events.map((event) => event.type)).toEqual(["test-started", "test-finished"]);
    expect(run.text).toBe("a warning\n");
  });

  test("is kept when pytest crashes, and the test that ran then fails", async () => {
    await using place = await tempPlace();
    const events = [
      HELLO,
      finished("test_a", "passed"),
      { event: "started", group: "tests.test_a", name: "test_b" },
    ];
    const command = await fakePytest(
      place,
      `${JSON.stringify(events)}.forEach((each) => tell(each)); process.kill(process.pid, "SIGSEGV")`,
    );
    const run = await runLocalShard({ place, spec: { runner: "pytest", command } });
    expect(run).toMatchObject({ status: "failed", counts: { passed: 1, failed: 1 } });
    expect(run.tests[1]).toMatchObject({ name: "test_b", status: "failed" });
    expect(run.tests[1]?.message).toMatch(/^did not finish: .* was ended by SIGSEGV$/);
    expect(run.problems).toEqual([]);
  });

  test("is heard as well where the command sends it to stdout, in the middle of a line too", async () => {
    await using place = await tempPlace();
    const tests = [finished("test_a", "passed"), finished("test_b", "skipped", "later")];
    const command = await fakePytest(
      place,
      `process.stdout.write("tests/test_a.py .");
[${JSON.stringify(HELLO)}, ...${JSON.stringify(tests)}, { event: "end" }].forEach((each) => tell(each, process.stdout));
seq = 0;
process.stdout.write("s\\n");`,
    );
    const spec = { runner: "pytest", command, shards: 2 } as const;
    const run = await runLocalShard({ place, spec, shard: { index: 1, count: 2 } });
    expect(run).toMatchObject({ status: "passed", counts: { passed: 1, skipped: 1 }, problems: [] });
    expect(run.text).toBe("tests/test_a.py .s\n");
  });

  test.each([
    [
      "lacks one of its numbers",
      "tell(HELLO); seq += 1; tell(PASSED)",
      "event 2 is missing, 3 came in its place",
    ],
    ["lacks its beginning", "seq = 7; tell(PASSED)", "event 1 is missing, 8 came in its place"],
    [
      "ends in the middle",
      "tell(HELLO); tell(PASSED); seq = 0",
      "nothing came after event 2, not even its end",
    ],
  ])("and %s is a problem, though the command says that all is well", async (_, script, words) => {
    await using place = await tempPlace();
    const events = `const HELLO = ${JSON.stringify(HELLO)}, PASSED = ${JSON.stringify(finished("a", "passed"))};`;
    const command = await fakePytest(place, `${events}\n${script}`);
    const run = await runLocalShard({ place, spec: { runner: "pytest", command } });
    expect(run).toMatchObject({ status: "failed", problems: [{ code: "SUITE_EVENTS_LOST" }] });
    expect(run.problems[0]?.message).toContain(words);
  });

  test("counts for each of several processes, also for one that gets the number of another", async () => {
    await using place = await tempPlace();
    const events = (process: number, name: string) =>
      [HELLO, finished(name, "passed"), { event: "end" }].map((each, at) => ({
        ...each,
        process,
        seq: at + 1,
      }));
    const all = [...events(5, "a"), ...events(6, "b"), ...events(5, "c")];
    const command = await fakePytest(place, `${JSON.stringify(all)}.forEach((each) => raw(each))`);
    const run = await runLocalShard({ place, spec: { runner: "pytest", command } });
    expect(run).toMatchObject({ status: "passed", counts: { passed: 3 }, problems: [] });
  });

  test("that is no event of ours stays in the log", async () => {
    await using place = await tempPlace();
    const command = await fakePytest(
      place,
      `tell(${JSON.stringify(HELLO)}); raw({ event: "other" }); process.exitCode = 5`,
    );
    const run = await runLocalShard({ place, spec: { runner: "pytest", command } });
    expect(run.text).toBe('\x16{"event":"other"}\n');
  });
});

describe("without the plugin", () => {
  test("the JUnit report counts", async () => {
    await using place = await tempPlace();
    const command = await fakePytest(place, `writeFileSync(report, ${JSON.stringify(REPORT)})`);
    const run = await runLocalShard({ place, spec: { runner: "pytest", command } });
    expect(run).toMatchObject({ status: "passed", counts: { passed: 1 }, problems: [] });
  });

  test("one that Python cannot import is left out", async () => {
    await using place = await tempPlace();
    const command = await fakePytest(
      place,
      `if (options.includes("-p seatrial_pytest")) {
  console.error("ImportError: Error importing plugin: No module named 'seatrial_pytest'");
  process.exit(1);
}
writeFileSync(report, ${JSON.stringify(REPORT)})`,
    );
    const run = await runLocalShard({ place, spec: { runner: "pytest", command } });
    expect(run).toMatchObject({ status: "passed", counts: { passed: 1 }, problems: [] });
  });

  test("a shard cannot be picked, which is a problem", async () => {
    await using place = await tempPlace();
    const command = await fakePytest(place, `writeFileSync(report, ${JSON.stringify(REPORT)})`);
    const spec = { runner: "pytest", command, shards: 2 } as const;
    const run = await runLocalShard({ place, spec, shard: { index: 1, count: 2 } });
    expect(run.problems).toMatchObject([{ code: "SUITE_NOT_SHARDED" }]);
  });

  test("no report is a problem", async () => {
    await using place = await tempPlace();
    const run = await runLocalShard({
      place,
      spec: { runner: "pytest", command: await fakePytest(place, "") },
    });
    expect(run.problems).toMatchObject([{ code: "RESULTS_MISSING" }]);
  });
});

describe("exit codes", () => {
  test.each([
    [2, "interrupted"],
    [3, "internal error"],
    [4, "used wrongly"],
  ])("%i is a problem that says what it means", async (code, meaning) => {
    await using place = await tempPlace();
    const command = await fakePytest(place, `tell({ event: "hello" }); process.exitCode = ${code}`);
    const run = await runLocalShard({ place, spec: { runner: "pytest", command } });
    expect(run.problems).toMatchObject([{ code: "PYTEST_FAILED" }]);
    expect(run.problems[0]?.message).toContain(meaning);
  });

  test("5, no tests, is for the whole suite to judge", async () => {
    await using place = await tempPlace();
    const command = await fakePytest(place, `tell({ event: "hello" }); process.exitCode = 5`);
    const run = await runLocalShard({ place, spec: { runner: "pytest", command } });
    expect(run).toMatchObject({ status: "passed", problems: [], counts: { passed: 0 } });
  });

  test("1 without a failed test is a problem", async () => {
    await using place = await tempPlace();
    const command = await fakePytest(
      place,
      `tell({ event: "hello" }); tell(${JSON.stringify(finished("a", "passed"))}); process.exitCode = 1`,
    );
    const run = await runLocalShard({ place, spec: { runner: "pytest", command } });
    expect(run.problems).toMatchObject([{ code: "SUITE_RESULTS_DISAGREE" }]);
  });
});

test("at the limit it is interrupted first, so that it can write its report", async () => {
  await using place = await tempPlace();
  const command = await fakePytest(
    place,
    `setInterval(() => {}, 1000); process.on("SIGINT", () => { writeFileSync(report, ${JSON.stringify(REPORT)}); process.exit(2); });`,
  );
  const run = await runLocalShard({ place, spec: { runner: "pytest", command, timeout: 700 } });
  expect(run).toMatchObject({
    status: "failed",
    counts: { passed: 1 },
    problems: [{ code: "SUITE_TIMED_OUT" }],
  });
  expect(run.agent.signals).toEqual(["INT"]);
});

describe("options", () => {
  function plan(spec: Parameters<typeof suiteSpec>[0], env: Record<string, string> = {}) {
    const context = {
      spec: suiteSpec({ workingDir: "/app", ...spec }),
      image: plainImage({ env }),
      env: {},
      resultsFolder: "/r",
    };
    return planPytest(context as unknown as ShardContext, "/plugin");
  }

  test("go through the environment, after what is there already", () => {
    const { env, argv } = plan(
      { command: ["make", "test"], grep: "a and 'b c'" },
      { PYTEST_ADDOPTS: "-x", PYTHONPATH: "/lib" },
    );
    expect(argv).toEqual(["make", "test"]);
    expect(env["PYTEST_ADDOPTS"]).toBe(
      `-x --junitxml=/r/pytest.xml -o junit_family=xunit2 -p seatrial_pytest -k 'a and '"'"'b c'"'"''`,
    );
    expect(env["PYTHONPATH"]).toBe("/plugin:/lib");
  });

  test("leave a report that the command asks for as it is", () => {
    for (const command of [
      ["pytest", "--junitxml=out/x.xml"],
      ["pytest", "--junit-xml", "out/x.xml", "tests"],
    ]) {
      const { env, report } = plan({ command });
      expect(report).toBe("/app/out/x.xml");
      expect(env["PYTEST_ADDOPTS"]).toBe("-p seatrial_pytest");
    }
  });

  test("join a pattern with the command's own, which would win otherwise", () => {
    expect(plan({ command: ["pytest", "-k", "slow"], grep: "cart" }).argv).toEqual([
      "pytest",
      "-k",
      "(slow) and (cart)",
    ]);
    expect(plan({ command: ["pytest", "-kslow"], grep: "cart" }).argv).toEqual([
      "pytest",
      "-k(slow) and (cart)",
    ]);
    expect(plan({ command: ["pytest", "-k", "slow"] }).argv).toEqual(["pytest", "-k", "slow"]);
  });
});

test("a results folder that is there already is no obstacle", async () => {
  await using place = await tempPlace();
  await mkdir(place.results, { recursive: true });
  const command = await fakePytest(
    place,
    `tell({ event: "hello" }); tell(${JSON.stringify(finished("a", "passed"))})`,
  );
  expect(await runLocalShard({ place, spec: { runner: "pytest", command } })).toMatchObject({
    status: "passed",
  });
});
