import { readFile, writeFile } from "node:fs/promises";
import type { Outcome } from "seatrial";
import { afterEach, expect, it } from "vitest";
import { docker, eventually } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { type Ended, PROGRAM, ROOT, type StartedProgram, startCommand } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";

const EXAMPLE = `${ROOT}/examples/go-remote-coverage`;
const named = projectNames("go-remote-coverage");
const places: string[] = [];

/** What is deployed carries this name. */
function place(story: string): string {
  const name = named(story);
  places.push(name);
  return name;
}

function run(argv: string[], options: { cwd: string; place: string }): StartedProgram {
  const env = { ELSEWHERE: options.place, SEATRIAL: `${process.execPath} ${PROGRAM}` };
  return startCommand(argv, { cwd: options.cwd, env });
}

/** The example in a folder of its own, under a name of its own. */
async function copy(name: string): Promise<TestProject> {
  const folder = await project({}, { from: EXAMPLE });
  const text = await readFile(`${EXAMPLE}/seatrial.yaml`, "utf8");
  await folder.write("seatrial.yaml", text.replace("name: parkly", `name: ${name}`));
  return folder;
}

/** Containers, networks and images with the name of what was deployed. */
async function left(name: string): Promise<string[]> {
  const found = await Promise.all([
    docker("ps", "--all", "--filter", `name=${name}`, "--format", "{{.Names}}"),
    docker("network", "ls", "--filter", `name=${name}`, "--format", "{{.Name}}"),
    docker("images", "--format", "{{.Repository}}", name),
  ]);
  return found.flatMap((text) => text.split("\n")).filter((line) => line !== "");
}

const told = ({ stdout, stderr }: Ended) => `${stdout}\n${stderr}`;

afterEach(async () => {
  for (const name of places.splice(0))
    await run([`${EXAMPLE}/elsewhere.sh`, "down"], { cwd: EXAMPLE, place: name }).ended;
});

it("one make target deploys, tests, stops, fetches, reports, and leaves nothing", async () => {
  const name = place("whole");
  // Where it lies, since the base image comes from this repository.
  const ended = await run(["make", "coverage"], { cwd: EXAMPLE, place: name }).ended;
  expect(ended.code, told(ended)).toBe(0);
  // The program's own output, its end, and what the wrapper sent.
  expect(told(ended)).toMatch(/^seatrial cover: sent 2 files, .* to s3:\/\/coverage\/parkly\/run\//m);
  const [head = "", ...rows] = await table(`${EXAMPLE}/.seatrial/report/coverage.txt`);
  expect(head).toMatch(/^file +statements +functions +lines +unit +api +not covered$/);
  const reached = Object.fromEntries(
    rows.map((row) => {
      const [file = "", , , , unit, api] = row.split(/ {2,}/);
      return [file, { unit, api }];
    }),
  );
  // What wires everything together runs nowhere but where it is deployed; longer stays are only in the unit tests.
  expect(reached["cmd/parkly/main.go"]).toEqual({ unit: "0.0 %", api: "83.3 %" });
  expect(reached["internal/fee/fee.go"]).toEqual({ unit: "85.7 %", api: "42.9 %" });
  const cobertura = await readFile(`${EXAMPLE}/.seatrial/report/cobertura.xml`, "utf8");
  expect(cobertura).toContain('filename="cmd/parkly/main.go"');
  expect(await readFile(`${EXAMPLE}/.seatrial/report/html/index.html`, "utf8")).toContain("94.3");
  expect(await left(name)).toEqual([]);
}, 300_000);

it("a test that fails where the program is deployed ends it all, and leaves nothing", async () => {
  const name = place("failing");
  await using example = await copy(name);
  const tests = await readFile(`${EXAMPLE}/api/api_test.go`, "utf8");
  await writeFile(`${example.folder}/api/api_test.go`, tests.replace('["cents"] != 5400', '["cents"] != 1'));
  const ended = await run(["./coverage.sh"], { cwd: example.folder, place: name }).ended;
  expect(ended.code, told(ended)).toBe(1);
  expect(told(ended)).toContain("TestALostTicketCostsThreeDays");
  expect(await left(name)).toEqual([]);
}, 300_000);

it("a report without what runs elsewhere fails: it is missing, not 0 %", async () => {
  const name = place("absent");
  await using example = await copy(name);
  const seatrial = (...args: string[]) =>
    run([process.execPath, PROGRAM, ...args], { cwd: example.folder, place: name }).ended;
  expect((await seatrial("test", "unit")).code).toBe(0);
  const report = await seatrial("coverage", "report", "--json");
  expect(report.code, told(report)).toBe(1);
  const { judgements } = JSON.parse(report.stdout) as NonNullable<Outcome["coverage"]>;
  const broken = judgements.filter(({ passed }) => !passed);
  expect(broken.map(({ subject, problem }) => [subject, problem?.code])).toEqual([
    ["api", "COVERAGE_SOURCE_MISSING"],
  ]);
}, 300_000);

it("interrupted, it leaves nothing either", async () => {
  const name = place("interrupted");
  await using example = await copy(name);
  const started = run(["./coverage.sh"], { cwd: example.folder, place: name });
  await eventually({ ask: () => left(name), until: (found) => found.length >= 4, within: 120_000 });
  started.child.kill("SIGTERM");
  const ended = await started.ended;
  expect(ended.code, told(ended)).toBe(130);
  expect(await left(name)).toEqual([]);
}, 300_000);

/** The lines of the first table of a report in text. */
async function table(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8");
  return text.slice(0, text.indexOf("\n\n")).split("\n");
}
