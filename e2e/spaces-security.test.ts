import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { latestOutcome, ROOT, seatrial } from "./support/program.ts";
import { project } from "./support/project.ts";

const named = projectNames("spaces-security");

it("one suite gets at nothing of another's: broker, databases, roles, keys of Redis; and names do no harm", async () => {
  const name = named("attacks");
  await using folder = await project({}, { from: `${ROOT}/fixtures/e2e/spaces-security` });
  const config = await readFile(`${folder.folder}/seatrial.yaml`, "utf8");
  await folder.write("seatrial.yaml", config.replace("name: spaces-security", `name: ${name}`));
  const ended = await seatrial(["run"], { cwd: folder.folder });
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  const { suites, spaces } = await latestOutcome(folder.folder);
  expect(suites.map((suite) => [suite.name, suite.status])).toEqual([
    ["victim", "passed"],
    ["attacker", "passed"],
  ]);
  // Every attack was played: pytest counts them.
  expect(suites[1]?.counts).toMatchObject({ passed: 27, failed: 0, skipped: 0 });
  // The victim ended without giving back what it had.
  expect(spaces?.flatMap(({ kept }) => kept.map(({ holder }) => holder?.test))).not.toContain("the attacker");
  expect(await leftovers({ project: name })).toEqual([]);
});
