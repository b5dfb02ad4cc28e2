import { expect, it } from "vitest";
import { docker, eventually, leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { latestOutcome, seatrial, start } from "./support/program.ts";
import { project } from "./support/project.ts";

const nameOf = projectNames("keep");

async function keptProject(name: string, command: string) {
  return await project({
    Dockerfile: "FROM redis:8\n",
    "compose.yaml": "services:\n  db:\n    image: redis:8\n",
    "seatrial.yaml": `name: ${name}\nsuites:\n  it:\n    runner: command\n    command: ${command}\n    needs: [db]\n    env: { WHO: me }\n`,
  });
}

it("a failed run's services stay up, can be entered, and end with `down`", async () => {
  const name = nameOf("failed");
  await using kept = await keptProject(name, "sh -c 'redis-cli -h db set left behind && exit 1'");
  const ended = await seatrial(["run", "--keep"], { cwd: kept.folder });
  expect(ended.code, ended.stderr).toBe(1);
  const { run } = await latestOutcome(kept.folder);
  expect(ended.stdout).toContain(`seatrial shell --run ${run}`);
  expect(ended.stdout).toContain(`seatrial down ${run}`);

  const inside = await seatrial(
    ["shell", "--run", run, "--command", "sh -c 'redis-cli -h db get left; echo $WHO'"],
    {
      cwd: kept.folder,
    },
  );
  expect(inside.code, inside.stderr).toBe(0);
  expect(inside.stdout).toBe("behind\nme\n");

  const down = await seatrial(["down", run], { cwd: kept.folder });
  expect(down.code, down.stderr).toBe(0);
  expect(await leftovers({ project: name })).toEqual([]);
  expect((await seatrial(["shell", "--run", run], { cwd: kept.folder })).code).toBe(2);
});

it("whoever is still in a kept run's network is out with its end, before another run gets that", async () => {
  const name = nameOf("guest");
  await using kept = await keptProject(name, "sh -c 'exit 1'");
  await seatrial(["run", "--keep"], { cwd: kept.folder });
  const { run } = await latestOutcome(kept.folder);
  const shell = start(["shell", "--run", run, "--command", "sleep 60"], { cwd: kept.folder });
  const guest = () => docker("ps", "--quiet", "--filter", `label=seatrial.guest=${run}`);
  await eventually({ ask: guest, until: (id) => id !== "", within: 20_000 });
  const down = await seatrial(["down", run], { cwd: kept.folder });
  expect(down.code, down.stderr).toBe(0);
  expect(await leftovers({ project: name })).toEqual([]);
  expect(await guest()).toBe("");
  expect((await shell.ended).code).not.toBe(0);
});

it("a run that passes is not kept", async () => {
  const name = nameOf("passed");
  await using kept = await keptProject(name, "redis-cli -h db ping");
  const ended = await seatrial(["run", "--keep"], { cwd: kept.folder });
  expect(ended.code, ended.stderr).toBe(0);
  await eventually({
    ask: () => leftovers({ project: name }),
    until: (left) => left.length === 0,
    within: 5_000,
  });
  expect((await seatrial(["down"], { cwd: kept.folder })).code).toBe(2);
});

it("the owner ends with whoever follows it, as long as the run is not over", async () => {
  const name = nameOf("followed");
  await using kept = await keptProject(name, "sleep 60");
  const program = start(["run", "--keep", "--json"], { cwd: kept.folder });
  await program.event((event) => event.type === "test-started");
  program.child.kill("SIGKILL");
  await program.ended;
  await eventually({
    ask: () => leftovers({ project: name }),
    until: (left) => left.length === 0,
    within: 10_000,
  });
});
