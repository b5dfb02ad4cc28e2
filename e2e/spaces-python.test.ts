import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { exampleCopy } from "./support/example.ts";
import { projectNames } from "./support/forget.ts";
import { latestOutcome, seatrial } from "./support/program.ts";

const named = projectNames("spaces-python");

const FAILING = `
import pytest
from roomly.model import Room


def test_passes(repository):
    assert [room.name for room in repository.rooms()] == ["blue"]


@pytest.mark.parametrize("name", ["it's"])
def test_fails(repository, name):
    repository.add_room(Room(name=name, seats=3))
    assert repository.rooms() == []
`;

it("the space of a pytest test that failed is kept under its name, and its report says how to open it", async () => {
  await using made = await exampleCopy({
    example: "fastapi-poetry",
    client: "python",
    name: named("failing"),
  });
  await made.write("examples/fastapi-poetry/tests/store/test_postgres.py", FAILING);

  const ended = await seatrial(["test", "store", "--no-color"], { cwd: made.cwd });
  expect(ended.code, ended.stdout + ended.stderr).toBe(1);
  const outcome = await latestOutcome(made.cwd);
  const [suite] = outcome.suites;
  expect(suite).toMatchObject({ counts: { passed: 1, failed: 1, skipped: 0 }, spaces: 2 });
  const [spaces] = outcome.spaces ?? [];
  expect(spaces?.kept).toMatchObject([
    {
      state: "kept",
      holder: { suite: "store", test: "tests/store/test_postgres.py::test_fails[it's]", attempt: 1 },
    },
  ]);
  const [kept] = spaces?.kept ?? [];
  expect(kept?.reason).toMatch(/^failed: assert \[Room\(/);
  for (const text of [ended.stdout, await readFile(`${made.cwd}/.seatrial/latest/junit.xml`, "utf8")])
    expect(text).toContain(`seatrial space open ${kept?.id}`);
}, 300_000);
