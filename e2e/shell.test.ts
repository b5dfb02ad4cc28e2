import { readdir, readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { seatrial } from "./support/program.ts";
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
