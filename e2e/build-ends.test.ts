import { readdir, readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { docker, eventually } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { start } from "./support/program.ts";
import { slowProject } from "./support/slow-project.ts";

const nameOf = projectNames("build-ends");

const BUILD_SECONDS = 5;

/** The processes that a program of this machine has started, and theirs. */
async function descendants(ancestor: number): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
      return { pid, parent: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) };
    }),
  );
  const below = (parent: number): number[] =>
    parents.filter((each) => each.parent === parent).flatMap(({ pid }) => [pid, ...below(pid)]);
  return below(ancestor);
}

const isThere = async (pid: number) =>
  (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")) !== "";

it("a build ends with its owner, kill -9 included: neither a process nor an image of it comes after", async () => {
  const name = nameOf("killed");
  await using project = await slowProject({ name, buildSeconds: BUILD_SECONDS });
  const program = start(["run", "--json"], { cwd: project.folder });
  await program.event(
    (event) => event.type === "node-progress" && event.node.kind === "build" && /RUN sleep/.test(event.note),
  );
  const step = performance.now();
  const started = await descendants(program.child.pid ?? 0);
  const builders = await Promise.all(
    started.map(async (pid) => await readFile(`/proc/${pid}/cmdline`, "utf8")),
  );
  expect(builders.join("\n")).toContain("bake");
  program.child.kill("SIGKILL");
  await program.ended;
  await eventually({
    ask: async () => (await Promise.all(started.map(isThere))).filter(Boolean).length,
    until: (alive) => alive === 0,
    within: 2_000,
  });
  // A build that went on would be done by then.
  await wait(Math.max(0, BUILD_SECONDS * 1_000 + 3_000 - (performance.now() - step)));
  expect(await docker("images", "--quiet", `seatrial/${name}`)).toBe("");
});
