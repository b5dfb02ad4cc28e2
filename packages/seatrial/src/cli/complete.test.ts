import { describe, expect, it } from "vitest";
import { at, PROJECT } from "./testing/at.ts";

async function complete(words: string[], files = PROJECT): Promise<string[]> {
  await using here = await at(files);
  expect(await here.seatrial("complete", "--", ...words)).toBe(0);
  expect(here.stderr()).toBe("");
  return here.stdout().split("\n").slice(0, -1);
}

const SUITES = ["unit", "integration"];
const LOGS = { ".seatrial/latest/logs/db.log": "", ".seatrial/latest/logs/suite-unit.log": "" };

describe("completion", () => {
  it("offers the commands first, and no hidden one", async () => {
    const commands = await complete([""]);
    expect(commands).toEqual(expect.arrayContaining(["run", "test", "completion"]));
    expect(commands).not.toContain("own");
    expect(commands).not.toContain("complete");
  });

  it("offers a command's own flags, the global ones, and help", async () => {
    const flags = await complete(["run", "--"]);
    expect(flags).toEqual(expect.arrayContaining(["--only", "--keep", "--folder", "--help"]));
    expect(await complete(["-"])).toEqual(expect.arrayContaining(["--version", "--folder"]));
    expect(await complete(["logs", "--"])).not.toContain("--keep");
  });

  it.each([
    [["test", ""], SUITES],
    [["test", "unit", ""], SUITES],
    [["shell", "in"], SUITES],
    [["run", "--only", ""], SUITES],
    [["run", "--only", "unit", ""], SUITES],
    [
      ["completion", ""],
      ["bash", "zsh", "fish"],
    ],
    [["run", ""], []],
    [["key", ""], ["new"]],
    [["run", "--grep", ""], []],
    [["exec", "--suite", ""], SUITES],
    [["exec", ""], []],
    [["up", ""], ["db"]],
    [
      ["up", "--format", ""],
      ["shell", "dotenv", "json"],
    ],
    [
      ["space", ""],
      ["list", "open", "drop", "keep", "help"],
    ],
    [["space", "open", ""], []],
    [
      ["coverage", "report", "--image", ""],
      ["base", "release", "test"],
    ],
    [["run", "--image", ""], []],
  ])("offers for %j %j", async (words, candidates) => {
    expect(await complete(words)).toEqual(candidates);
  });

  it("takes the first word that is a command, not a suite that is called like one", async () => {
    const files = { ...PROJECT, ...LOGS };
    expect(await complete(["logs", "run", ""], files)).toEqual(["db", "suite-unit"]);
    expect(await complete(["-C", "run", "test", ""])).toEqual([]);
  });

  it("offers the logs and runs that there are", async () => {
    const runs = ["20261122-010203-abc234", "20261122-010204-abc234"];
    const files = {
      ...PROJECT,
      ...LOGS,
      ...Object.fromEntries(runs.map((run) => [`.seatrial/runs/${run}/x`, ""])),
    };
    expect(await complete(["logs", ""], files)).toEqual(["db", "suite-unit"]);
    expect(await complete(["shell", "--run", ""], files)).toEqual(runs);
    expect(await complete(["logs", ""])).toEqual([]);
  });

  it("offers no name that is not one of ours, whatever a checkout has put there", async () => {
    const names = ["$(touch pwned)", "`id`", "*", "a b", "two\nlines"];
    const files = { ...PROJECT, ...LOGS };
    for (const name of names)
      Object.assign(files, { [`.seatrial/latest/logs/${name}.log`]: "", [`.seatrial/runs/${name}/x`]: "" });
    expect(await complete(["logs", ""], files)).toEqual(["db", "suite-unit"]);
    expect(await complete(["shell", "--run", ""], files)).toEqual([]);
  });

  it("looks at the project that -C names", async () => {
    const files = Object.fromEntries(Object.entries(PROJECT).map(([name, text]) => [`sub/${name}`, text]));
    expect(await complete(["-C", "sub", "test", ""], files)).toEqual(SUITES);
  });

  it("offers nothing, and fails at nothing, where the project is broken", async () => {
    expect(await complete(["test", ""], { "seatrial.yaml": ": [" })).toEqual([]);
  });
});
