import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { leftovers } from "./support/engine.ts";
import { latestOutcome, ROOT, seatrial } from "./support/program.ts";

describe.each([
  { name: "go-redis", project: "linkly", proofs: { unit: "prefix", integration: "prefix" } },
  { name: "fastapi-poetry", project: "fastapi-poetry", proofs: { api: "black-box" } },
])("examples/$name", ({ name, proofs }) => {
  const folder = `${ROOT}/examples/${name}`;

  it("passes, says what each suite proves, and leaves nothing in the engine", async () => {
    const ended = await seatrial(["run", "--no-color"], { cwd: folder });
    expect(ended.stderr).toBe("");
    expect(ended.code, ended.stdout).toBe(0);
    const outcome = await latestOutcome(folder);
    expect(outcome.status).toBe("passed");
    for (const [suite, proof] of Object.entries(proofs)) {
      const found = outcome.suites.find((each) => each.name === suite);
      expect(found?.proof?.kind).toBe(proof);
      expect(found?.counts.passed).toBeGreaterThan(3);
    }
    expect(await leftovers({ run: outcome.run })).toEqual([]);
    const junit = await readFile(`${folder}/.seatrial/latest/junit.xml`, "utf8");
    expect(junit.match(/<testcase/g)?.length).toBe(
      outcome.suites.reduce((sum, { counts }) => sum + counts.passed + counts.failed + counts.skipped, 0),
    );
  });

  it("gives one image id for one source, without a rebuild", async () => {
    await seatrial(["build"], { cwd: folder });
    const first = await latestOutcome(folder);
    await seatrial(["build"], { cwd: folder });
    const second = await latestOutcome(folder);
    expect(second.run).not.toBe(first.run);
    expect(second.images).toEqual(first.images);
    expect(second.build?.cached).toBeGreaterThan(0);
  });
});
