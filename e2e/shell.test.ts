import { readdir, readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { postgresProject } from "./support/native-project.ts";
import { latestOutcome, seatrial } from "./support/program.ts";
import { project } from "./support/project.ts";

const nameOf = projectNames("shell");

it("a shell opens beside its services and leaves nothing, unless a service says why it cannot be opened", async () => {
  const name = nameOf("folder");
  const compose = (command: string) => `services:\n  db:\n    image: redis:8\n    command: ${command}\n`;
  await using opened = await project({
    Dockerfile: "FROM redis:8\n",
    "compose.yaml": compose("redis-server --port 6379"),
    "seatrial.yaml": `name: ${name}\nsuites:\n  it: { command: "true", needs: [db] }\n`,
  });
  const runs = () => readdir(`${opened.folder}/.seatrial/runs`);
  const inside = await seatrial(["shell", "--command", "redis-cli -h db ping"], { cwd: opened.folder });
  expect(inside.code, inside.stderr).toBe(0);
  expect(inside.stdout).toBe("PONG\n");
  expect(await runs()).toEqual([]);

  await opened.write("compose.yaml", compose("sh -c 'echo no room; exit 1'"));
  const failed = await seatrial(["shell", "--command", "true"], { cwd: opened.folder });
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain("logs/db.log");
  const [run] = await runs();
  expect(await readFile(`${opened.folder}/.seatrial/runs/${run}/logs/db.log`, "utf8")).toBe("no room\n");
  expect(await leftovers({ project: name })).toEqual([]);
});

it("a shell of a suite with spaces has a space of its own, made by the project's migrations", async () => {
  const name = nameOf("spaces");
  await using opened = await postgresProject(name);
  const query = "select current_database(), (select count(*) from orders)";
  const script = `psql "$DATABASE_URL" -qAtc "${query}"; echo "$SEATRIAL_SUITE \${SEATRIAL_BROKER%:*}"; exit 3`;
  const inside = await seatrial(["shell", "it", "--command", `sh -c '${script}'`], { cwd: opened.folder });
  expect(inside.code, inside.stderr).toBe(1);
  expect(inside.stdout).toMatch(/^st_\w+\|0\nit http:\/\/127\.0\.0\.1\n$/);
  expect(await leftovers({ project: name })).toEqual([]);
});

it("a shell in a kept run has a space from that run's broker, and gives it back", async () => {
  const name = nameOf("kept");
  await using opened = await postgresProject(name);
  const cwd = opened.folder;
  await opened.write(
    "seatrial.yaml",
    (await readFile(`${cwd}/seatrial.yaml`, "utf8")).replace(/command: .*/, 'command: "false"'),
  );
  const failed = await seatrial(["test", "--keep"], { cwd });
  expect(failed.code, failed.stderr).toBe(1);
  const { run } = await latestOutcome(cwd);
  try {
    const script = `psql "$DATABASE_URL" -qAtc "select current_database()"; echo $SEATRIAL_RUN`;
    const inside = await seatrial(["shell", "it", "--run", run, "--command", `sh -c '${script}'`], { cwd });
    expect(inside.code, inside.stderr).toBe(0);
    expect(inside.stdout).toMatch(new RegExp(`^st_\\w+\n${run}\n$`));
    const spaces = await seatrial(["space", "list", "--json"], { cwd });
    const held = JSON.parse(spaces.stdout).filter((space: { holder?: object }) => space.holder !== undefined);
    // That of the failed test, and no other.
    expect(held).toMatchObject([{ state: "kept", holder: { suite: "it", test: "" } }]);
  } finally {
    await seatrial(["down", run], { cwd });
  }
  expect(await leftovers({ project: name })).toEqual([]);
});
