import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { expect, test, vi } from "vitest";
import { type CollectOptions, collectResults } from "./collect.ts";
import { resultsFolder } from "./results-folder.ts";
import { type LocalAgentOptions, localAgent } from "./testing/local-agent.ts";
import { type Place, runLocalShard, tempPlace } from "./testing/shard-run.ts";

// Real processes take their time on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

async function collect(
  place: Place,
  options: { agent?: LocalAgentOptions; more?: Partial<CollectOptions> } = {},
) {
  await mkdir(place.results, { recursive: true });
  return await collectResults({
    agent: localAgent(options.agent),
    suite: "unit",
    resultsFolder: place.results,
    artifacts: [],
    into: resultsFolder(place.host),
    ...options.more,
  });
}

test("the results folder and the artifacts are taken, the latter under their own paths", async () => {
  await using place = await tempPlace();
  await mkdir(`${place.root}/shots/deep`, { recursive: true });
  await writeFile(`${place.root}/shots/deep/one.png`, "png");
  await writeFile(`${place.root}/app.log`, "log");
  await mkdir(`${place.results}/.seatrial`, { recursive: true });
  await writeFile(`${place.results}/.seatrial/ours`, "");
  await writeFile(`${place.results}/report.xml`, "<a/>");
  const artifacts = [`${place.root}/shots`, `${place.root}/app.log`];
  const collected = await collect(place, { more: { artifacts } });
  expect(collected).toEqual({ files: 3, bytes: 10, warnings: [] });
  expect(await readFile(`${place.host}/report.xml`, "utf8")).toBe("<a/>");
  expect(await readFile(`${place.host}/artifacts${place.root}/app.log`, "utf8")).toBe("log");
  expect(await readFile(`${place.host}/artifacts${place.root}/shots/deep/one.png`, "utf8")).toBe("png");
  expect(existsSync(`${place.host}/.seatrial`)).toBe(false);
});

test("an artifact that is not there is a warning", async () => {
  await using place = await tempPlace();
  const collected = await collect(place, { more: { artifacts: ["/nowhere/at/all"] } });
  expect(collected.warnings).toEqual(["suite unit left nothing at /nowhere/at/all"]);
});

test("a transfer that never ends is given up at its deadline", async () => {
  await using place = await tempPlace();
  const archives = { [place.results]: () => new Readable({ read: () => undefined }) };
  const collected = await collect(place, { agent: { archives }, more: { deadline: 100 } });
  expect(collected.problem).toMatchObject({
    code: "RESULTS_NOT_TAKEN",
    message: expect.stringContaining("0.1 s"),
  });
});

test("a broken archive is a problem that says where", async () => {
  await using place = await tempPlace();
  const archives = { [place.results]: () => Readable.from([Buffer.alloc(2048, "x")]) };
  const collected = await collect(place, { agent: { archives } });
  expect(collected.problem).toMatchObject({
    code: "RESULTS_NOT_TAKEN",
    message: expect.stringContaining(place.results),
  });
});

test("results that cannot be written fail the suite, and its tests still count", async () => {
  await using place = await tempPlace();
  await writeFile(place.host, "in the way");
  const command = ["node", "-e", "require('node:fs').writeFileSync(process.env.SEATRIAL_RESULTS + '/a', '')"];
  const run = await runLocalShard({ place, spec: { command } });
  expect(run).toMatchObject({
    status: "failed",
    counts: { passed: 1 },
    problems: [{ code: "RESULTS_NOT_WRITTEN" }],
  });
});

test("warnings of a shard are events", async () => {
  await using place = await tempPlace();
  const run = await runLocalShard({ place, spec: { command: ["true"], artifacts: ["/nowhere/at/all"] } });
  expect(run).toMatchObject({ status: "passed" });
  expect(run.events).toContainEqual({
    type: "warning",
    message: "suite unit left nothing at /nowhere/at/all",
  });
});
