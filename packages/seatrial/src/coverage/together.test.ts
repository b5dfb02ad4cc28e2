import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createFolder } from "../support/testing/folder.ts";
import { finishCoverage } from "./finish.ts";
import { BRANCHING_SCRIPT, branchingProfile } from "./testing/branching-script.ts";
import { writeUnit } from "./testing/units.ts";

const unit = (n: boolean) => ({
  "node/coverage-1-1-0.json": branchingProfile(n),
  "sources/app/src/f.js": BRANCHING_SCRIPT,
});

/** What a report says of units by their service; each is of a source of its own unless it names one. */
async function report(
  units: Record<string, { files: Record<string, string>; source?: string }>,
): Promise<{ all: string; each: Record<string, string>; lcov: string; arms: number | undefined }> {
  await using folder = await createFolder({ "src/f.js": BRANCHING_SCRIPT });
  const run = path.join(folder.path, ".seatrial/runs/r1");
  for (const [service, { files, source }] of Object.entries(units))
    await writeUnit(path.join(run, "units"), service, files, { source });
  const { totals, sources, problems } = await finishCoverage({
    folder: run,
    units: path.join(run, "units"),
    rules: { files: {}, sources: {}, expected: [] },
    formats: ["lcov", "cobertura", "json"],
    include: [],
    exclude: [],
    paths: {},
    root: folder.path,
    env: { PATH: process.env["PATH"] },
    signal: new AbortController().signal,
  });
  expect(problems).toEqual([]);
  const written = (name: string) => readFile(path.join(run, "coverage", name), "utf8");
  const figure = ({ branches }: typeof totals) => `${branches.covered}/${branches.total}`;
  const all = figure(totals);
  const [covered, total] = all.split("/");
  expect(await written("cobertura.xml")).toContain(`branches-covered="${covered}" branches-valid="${total}"`);
  const json = JSON.parse(await written("coverage.json"));
  return {
    all,
    each: Object.fromEntries(sources.map((source) => [source.name, figure(source.totals)])),
    lcov: (await written("lcov.info"))
      .split("\n")
      .filter((line) => /^BR[FH]:/.test(line))
      .join(" "),
    arms: json.files[0].together?.length,
  };
}

describe("branches of Node", () => {
  it("are of all sources what one report of all their profiles says, and of each what it reached", async () => {
    expect(await report({ unit: { files: unit(true) }, api: { files: unit(false) } })).toEqual({
      // c8 takes neighbours with one count for one: the ways that each of them did not take are one here.
      all: "3/3",
      each: { api: "2/4", unit: "2/4" },
      lcov: "BRF:3 BRH:3",
      arms: 3,
    });
  });

  it("are of a source with several units what one report of them all says", async () => {
    const source = "api";
    const found = await report({
      one: { files: unit(true), source },
      two: { files: unit(false), source },
    });
    expect(found).toEqual({ all: "3/3", each: { api: "3/3" }, lcov: "BRF:3 BRH:3", arms: undefined });
  });

  it("are put together from what each source's report tells where one of them has no profiles", async () => {
    const lcov = "TN:\nSF:/app/src/f.js\nDA:1,1\nBRDA:9,0,0,0\nBRDA:9,0,1,1\nBRF:2\nBRH:1\nend_of_record\n";
    const found = await report({
      unit: { files: unit(true) },
      api: { files: unit(false) },
      old: { files: { "reports/lcov.info": lcov } },
    });
    expect(found).toMatchObject({ all: "3/6", lcov: "BRF:6 BRH:3", arms: undefined });
  });
});
