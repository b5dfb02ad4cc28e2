import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { parseGlob } from "../../support/glob.ts";
import { runLocalShard, tempPlace } from "../testing/shard-run.ts";

// Real processes take their time on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const fixtures = path.resolve(import.meta.dirname, "../../../../../fixtures/suites");
const REPORT = '<testsuite name="s"><testcase classname="c" name="ok"/></testsuite>';
const FAILED =
  '<testsuite name="s"><testcase classname="c" name="no"><failure message="m"/></testcase></testsuite>';

function writing(files: Record<string, string>, after = ""): string[] {
  const write = 'file=$(realpath -m "$1"); mkdir -p "${file%/*}"; printf %s "$2" > "$file"; shift 2';
  const script = `cd "$SEATRIAL_RESULTS"\nwhile [ $# -gt 0 ]; do ${write}; done\n${after}`;
  return ["sh", "-c", script, "sh", ...Object.entries(files).flat()];
}

const junit = (command: string[]) => ({ runner: "junit", command }) as const;

test("every report in the results folder counts, and other XML does not", async () => {
  await using place = await tempPlace();
  const command = writing({
    "a.xml": REPORT,
    "deep/er/b.xml": REPORT,
    "coverage.xml": "<coverage/>",
    "c.txt": "<",
  });
  const run = await runLocalShard({ place, spec: junit(command) });
  expect(run).toMatchObject({
    status: "passed",
    counts: { passed: 2 },
    problems: [],
    collected: { files: 4 },
  });
});

test("reports elsewhere are found by path, folder or glob", async () => {
  await using place = await tempPlace();
  const file = `${place.root}/target/reports/TEST-a.xml`;
  for (const reports of [file, "target/reports", "target/**/TEST-*.xml", "target/{reports,none}/*.xml"]) {
    const run = await runLocalShard({ place, spec: { ...junit(writing({ [file]: REPORT })), reports } });
    expect(run).toMatchObject({ status: "passed", counts: { passed: 1 } });
  }
});

test("a broken report keeps what came before it and names file, line and column", async () => {
  await using place = await tempPlace();
  const run = await runLocalShard({
    place,
    spec: junit(writing({ "a.xml": REPORT.slice(0, -5), "b.xml": REPORT })),
  });
  expect(run).toMatchObject({
    status: "failed",
    counts: { passed: 2 },
    problems: [{ code: "RESULTS_BROKEN" }],
  });
  expect(run.problems[0]?.message).toMatch(
    /^The report \S+results\/a\.xml is broken at line 1, column \d+: .+\. 1 test before that is counted$/,
  );
  expect(run.problems[0]?.hint).toMatch(/^The file is kept with the suite's results\./);
});

test("no report is a problem that says where it was looked for", async () => {
  await using place = await tempPlace();
  const run = await runLocalShard({ place, spec: junit(["node", "-e", "console.log('done')"]) });
  expect(run.problems).toMatchObject([{ code: "RESULTS_MISSING", lastLines: ["done"] }]);
  expect(run.problems[0]?.message).toContain(`${place.results}/**/*.xml`);
});

test("an empty file is a broken report", async () => {
  await using place = await tempPlace();
  const run = await runLocalShard({ place, spec: junit(writing({ "a.xml": "" })) });
  expect(run.problems).toMatchObject([
    { code: "RESULTS_BROKEN", message: expect.stringContaining("There is no whole test before that") },
  ]);
});

test("a report on stdout counts when there is no file", async () => {
  await using place = await tempPlace();
  const run = await runLocalShard({ place, spec: junit(["cat", `${fixtures}/node/report.xml`]) });
  expect(run.counts).toEqual({ passed: 7, failed: 2, skipped: 2 });
  // `cat` ends with 0, which is no answer to two failures.
  expect(run.problems).toMatchObject([{ code: "SUITE_RESULTS_DISAGREE" }]);
  expect(run.text).toBe(readFileSync(`${fixtures}/node/report.xml`, "utf8"));
});

test("a file goes before a report on stdout", async () => {
  await using place = await tempPlace();
  const run = await runLocalShard({
    place,
    spec: junit(writing({ "a.xml": REPORT }, `echo '${FAILED}'`)),
  });
  expect(run).toMatchObject({ status: "passed", counts: { passed: 1, failed: 0 } });
});

test("a broken report on stdout is a problem", async () => {
  await using place = await tempPlace();
  const run = await runLocalShard({
    place,
    spec: junit(["node", "-e", `console.log(${JSON.stringify(REPORT.slice(0, -5))})`]),
  });
  expect(run).toMatchObject({ counts: { passed: 1 }, problems: [{ code: "RESULTS_BROKEN" }] });
  const [problem] = run.problems;
  expect(problem?.message).toMatch(
    /^The report that .+ printed is broken at line 2, column 1: .+\. 1 test before that is counted$/,
  );
  expect(problem?.hint).toMatch(/^All that it printed is in the suite's log\./);
});

test("an exit code that contradicts the report is a problem, both ways", async () => {
  await using place = await tempPlace();
  const failing = await runLocalShard({
    place,
    spec: junit(writing({ "a.xml": REPORT }, "exit 1")),
  });
  expect(failing).toMatchObject({ status: "failed", problems: [{ code: "SUITE_RESULTS_DISAGREE" }] });
  await using other = await tempPlace();
  const passing = await runLocalShard({ place: other, spec: junit(writing({ "a.xml": FAILED })) });
  expect(passing).toMatchObject({ status: "failed", problems: [{ code: "SUITE_RESULTS_DISAGREE" }] });
});

test("a failing test with a failing exit code needs no problem", async () => {
  await using place = await tempPlace();
  const run = await runLocalShard({ place, spec: junit(writing({ "a.xml": FAILED }, "exit 1")) });
  expect(run).toMatchObject({ status: "failed", counts: { failed: 1 }, problems: [] });
});

test("globs match whole paths", () => {
  const match = (glob: string, name: string) => parseGlob(glob).matches(name);
  expect(match("/r/**/*.xml", "/r/a.xml")).toBe(true);
  expect(match("/r/**/*.xml", "/r/a/b/c.xml")).toBe(true);
  expect(match("/r/*.xml", "/r/a/b.xml")).toBe(false);
  expect(match("/r/TEST-?.[xX]ml", "/r/TEST-1.Xml")).toBe(true);
  expect(match("/r/{a,b}.xml", "/r/b.xml")).toBe(true);
  expect(match("/r/{a.xml", "/r/{a.xml")).toBe(true);
  expect(match("/r/a+(b).xml", "/r/a+(b).xml")).toBe(true);
  expect(parseGlob("/r/x/**/*.xml").folder).toBe("/r/x");
});
