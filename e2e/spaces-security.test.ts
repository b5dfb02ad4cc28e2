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
  expect(suites[1]?.counts).toMatchObject({ passed: 30, failed: 0, skipped: 0 });
  // Nobody let one of the victim's be kept, and what names were tried on was dropped again.
  expect(spaces?.map(({ space }) => space).sort()).toEqual(["postgres", "prefixed", "redis"]);
  expect(spaces?.flatMap(({ kept }) => kept)).toEqual([]);
  expect(await leftovers({ project: name })).toEqual([]);
});
