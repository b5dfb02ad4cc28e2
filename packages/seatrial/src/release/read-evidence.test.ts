import { mkdir, symlink, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../config/testing/folder.ts";
import type { Outcome } from "../model/index.ts";
import { digestOf } from "../registry/index.ts";
import { readEvidence } from "./read-evidence.ts";
import { ANY, makeReleaseWorld, outcomeOf, suiteOf } from "./testing/world.ts";

const { identity } = makeReleaseWorld();
const JUNIT = `<?xml version="1.0"?><testsuites><testsuite name="unit">${["a", "b", "c"].map((name) => `<testcase classname="g" name="${name}" time="0.1"/>`).join("")}</testsuite></testsuites>`;
const good = outcomeOf(identity);

function withJunit(text: string): Outcome {
  const junit = { file: "junit/unit.xml", digest: digestOf(text) };
  return { ...good, suites: [suiteOf({ imageId: identity.imageId, junit })] };
}

async function read(files: Record<string, string>, folders: string[] = [".seatrial/runs"]) {
  await using folder = await makeFolder(files);
  const found = await readEvidence({
    folders: folders.map((each) => `${folder.path}/${each}`),
    isNamed: false,
    signal: ANY,
  });
  const tests = await Promise.all(
    found.evidence.map(({ outcome, tests }) => {
      const [suite] = outcome.suites;
      return suite === undefined ? undefined : tests(suite).catch((error: unknown) => error);
    }),
  );
  return { ...found, tests, codes: found.invalid.map(({ problem }) => problem.code) };
}

describe("the folders of evidence", () => {
  const file = JSON.stringify(good);

  it.each([
    ["of the runs of a project", ".seatrial/runs"],
    ["of an artifact that holds a project", "."],
    ["of one run", ".seatrial/runs/r1"],
  ])("may be that %s", async (_what, folder) => {
    const { evidence, codes } = await read({ ".seatrial/runs/r1/outcome.json": file }, [folder]);
    expect(codes).toEqual([]);
    expect(evidence.map(({ outcome }) => outcome)).toEqual([good]);
  });

  it("may have a run twice, which counts once", async () => {
    const files = { "a/r1/outcome.json": file, "b/r1/outcome.json": file };
    expect((await read(files, ["a", "b"])).evidence).toHaveLength(1);
  });

  it("may be empty, missing, or hold runs that were cut off; one that is missing is told", async () => {
    const { evidence, codes, warnings } = await read({ ".seatrial/runs/r1/events.ndjson": "" }, [
      ".seatrial/runs",
      "none",
    ]);
    expect([evidence, codes]).toEqual([[], []]);
    expect(warnings).toEqual([expect.stringMatching(/^there is no evidence in .*\/none: /)]);
  });

  it("say how many runs were left out when there are too many", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 503 }, (_, index) => [
        `runs/r${String(index).padStart(3, "0")}/outcome.json`,
        "{}",
      ]),
    );
    const { invalid, warnings } = await read(files, ["runs"]);
    expect(invalid).toHaveLength(500);
    expect(warnings).toEqual([expect.stringContaining("3 older runs")]);
  });
});

describe("an outcome that was edited or cut off", () => {
  const [suite = suiteOf()] = good.suites;
  it.each<[string, unknown]>([
    ["no JSON", "{"],
    ["a list", []],
    ["another version", { ...good, version: 2 }],
    ["no suites", { ...good, suites: undefined }],
    ["a digest that is none", { ...good, images: [{ ...identity, imageId: "sha256:1" }] }],
    ["a date that is none", { ...good, startedAt: "yesterday" }],
    ["a proof that is none", { ...good, suites: [{ ...suite, proof: { kind: "trust me" } }] }],
    ["negative counts", { ...good, suites: [{ ...suite, counts: { passed: -1, failed: 0, skipped: 0 } }] }],
    [
      "a pass with failed tests",
      { ...good, suites: [{ ...suite, counts: { passed: 9, failed: 1, skipped: 0 } }] },
    ],
    ["a pass with a problem", { ...good, suites: [{ ...suite, problem: { code: "X", message: "x" } }] }],
    ["a pass in no image", { ...good, suites: [{ ...suite, imageId: undefined }] }],
    ["a run that passed without its suite", { ...good, suites: [{ ...suite, status: "failed" }] }],
    ["a run that passed with problems", { ...good, problems: [{ code: "X", message: "x" }] }],
    ["a run that passed without its coverage", { ...good, coverage: { status: "failed" } }],
    ["a run that failed, and nothing of it did", { ...good, status: "failed" }],
    ["a suite twice", { ...good, suites: [suite, suite] }],
    ["shard 3 of 2", { ...good, suites: [{ ...suite, shards: 2, shard: 3 }] }],
    [
      "checks that are not the counted ones",
      {
        ...good,
        check: {
          status: "passed",
          imageId: identity.imageId,
          counts: { passed: 2, failed: 0, skipped: 0 },
          duration: 1,
          results: [],
        },
      },
    ],
  ])("is invalid: %s", async (_what, content) => {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    const { evidence, codes } = await read({ ".seatrial/runs/r1/outcome.json": text });
    expect([evidence, codes]).toEqual([[], ["EVIDENCE_INVALID"]]);
  });

  it("keeps whose problems there were, and whether its coverage was enough", async () => {
    const text = JSON.stringify({
      ...good,
      status: "failed",
      problems: [{ code: "X", message: "x", subject: "db", lastLines: [] }],
      coverage: { status: "failed", percent: 3, judgements: [{ passed: false, subject: "total" }] },
    });
    const { evidence } = await read({ ".seatrial/runs/r1/outcome.json": text });
    expect(evidence[0]?.outcome).toMatchObject({
      problems: [{ code: "X", message: "x", subject: "db" }],
      coverage: { status: "failed", judgements: [{ passed: false }] },
    });
  });

  it("keeps in which paths the checks have seen images to differ", async () => {
    const difference = { untested: { count: 1, paths: ["/a"] }, unshipped: { count: 0, paths: [] } };
    const check = {
      status: "passed",
      imageId: identity.imageId,
      counts: { passed: 0, failed: 0, skipped: 0 },
      duration: 1,
      results: [],
      reading: { test: { imageId: identity.imageId, layers: 3 }, waste: { own: 1 }, difference },
    };
    const { evidence } = await read({
      ".seatrial/runs/r1/outcome.json": JSON.stringify({ ...good, check }),
    });
    expect(evidence[0]?.outcome.check?.reading).toEqual({
      test: { imageId: identity.imageId },
      difference,
    });
  });

  it("names the file", async () => {
    const { invalid } = await read({ ".seatrial/runs/r1/outcome.json": "{" });
    expect(invalid[0]?.problem.message).toContain(".seatrial/runs/r1/outcome.json");
  });

  it("keeps which images it is about, as far as it can be read", async () => {
    const text = JSON.stringify(good);
    const { invalid } = await read({ ".seatrial/runs/r1/outcome.json": text.slice(0, -20) });
    expect(invalid).toMatchObject([{ isNamed: false }]);
    expect([...(invalid[0]?.digests ?? [])]).toContain(identity.imageId);
  });

  it("may be no file at all", async () => {
    await using folder = await makeFolder({});
    await mkdir(`${folder.path}/runs/r1/outcome.json`, { recursive: true });
    await mkdir(`${folder.path}/runs/r2`);
    await symlink("/dev/zero", `${folder.path}/runs/r2/outcome.json`);
    await mkdir(`${folder.path}/runs/r3`);
    await writeFile(`${folder.path}/runs/r3/outcome.json`, Buffer.alloc(33_000_000, " "));
    const { invalid } = await readEvidence({ folders: [`${folder.path}/runs`], isNamed: true, signal: ANY });
    expect(invalid.map(({ problem }) => problem.code)).toEqual(Array(3).fill("EVIDENCE_INVALID"));
  });
});

describe("the tests of a suite", () => {
  const home = ".seatrial/runs/r1";

  it("are those of its JUnit file", async () => {
    const { tests } = await read({
      [`${home}/outcome.json`]: JSON.stringify(withJunit(JUNIT)),
      [`${home}/junit/unit.xml`]: JUNIT,
    });
    expect(tests[0]).toMatchObject([
      { group: "g", name: "a", status: "passed" },
      { name: "b" },
      { name: "c" },
    ]);
  });

  it("are unknown when the file was not brought along", async () => {
    expect((await read({ [`${home}/outcome.json`]: JSON.stringify(withJunit(JUNIT)) })).tests).toEqual([
      undefined,
    ]);
  });

  it.each([
    ["is another one", withJunit(JUNIT), JUNIT.replace('"a"', '"z"')],
    [
      "has other counts",
      withJunit(JUNIT.replace(/<testcase classname="g" name="c"[^>]*>/, "")),
      JUNIT.replace(/<testcase classname="g" name="c"[^>]*>/, ""),
    ],
    ["is broken", withJunit(`${JUNIT}<`), `${JUNIT}<`],
  ])("are refused when the file %s", async (_how, outcome, text) => {
    const { tests } = await read({
      [`${home}/outcome.json`]: JSON.stringify(outcome),
      [`${home}/junit/unit.xml`]: text,
    });
    expect(tests[0]).toMatchObject({ code: "EVIDENCE_INVALID" });
  });

  it("are never read from outside of the run's folder", async () => {
    const junit = { file: "../../../secret.xml", digest: digestOf(JUNIT) };
    const outcome = { ...good, suites: [suiteOf({ imageId: identity.imageId, junit })] };
    const { tests } = await read({ [`${home}/outcome.json`]: JSON.stringify(outcome), "secret.xml": JUNIT });
    expect(tests[0]).toMatchObject({ code: "EVIDENCE_INVALID" });
  });
});
