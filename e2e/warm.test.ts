import { readdir, readFile } from "node:fs/promises";
import type { Outcome, RunEvent } from "seatrial";
import { expect, it } from "vitest";
import { docker, eventually, leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { postgresProject } from "./support/native-project.ts";
import { latestOutcome, seatrial, start } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";

const nameOf = projectNames("warm");
/** CI systems run these tests, too. */
const env = { CI: "" };

const compose = (command = "redis-server --port 6379") =>
  `services:\n  cache:\n    image: redis:8\n    command: ${command}\n`;

/** Ends what is warm for a project before its files go. */
function ending(made: TestProject): TestProject {
  return {
    ...made,
    async [Symbol.asyncDispose]() {
      await seatrial(["down"], { cwd: made.folder });
      await made[Symbol.asyncDispose]();
    },
  };
}

async function begin(name: string, command = "sh -c 'redis-cli -h cache incr runs'"): Promise<TestProject> {
  const made = await project({
    Dockerfile: "FROM redis:8\n",
    "compose.yaml": compose(),
    "seatrial.yaml": `name: ${name}\nsuites:\n  it:\n    runner: command\n    command: ${command}\n    needs: [cache]\n    spaces: { SPACE_URL: cache }\n`,
  });
  return ending(made);
}

async function warm(cwd: string, time = "5m"): Promise<Outcome> {
  const ended = await seatrial(["test", `--warm=${time}`], { cwd, env });
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  return await latestOutcome(cwd);
}

/** Containers of services, by id. */
async function servicesOf(name: string): Promise<string[]> {
  const filters = ["--filter", `label=seatrial.project=${name}`, "--filter", "label=seatrial.service"];
  return (await docker("ps", "--quiet", "--no-trunc", ...filters)).split("\n").filter((line) => line !== "");
}

/** What the suite printed in the latest run. */
const said = (cwd: string) => readFile(`${cwd}/.seatrial/latest/logs/suite-it.log`, "utf8");

it("the next run finds its services, with fresh spaces in them", async () => {
  const name = nameOf("next");
  await using made = await begin(name);
  const first = await warm(made.folder);
  expect(await said(made.folder)).toBe("1\n");
  const services = await servicesOf(name);
  expect(services).toHaveLength(1);
  const second = await warm(made.folder);
  // The service itself is the same, and what is in it without a space, too.
  expect(await said(made.folder)).toBe("2\n");
  expect(await servicesOf(name)).toEqual(services);
  expect(second.services).toMatchObject([{ name: "cache", status: "ready", log: "logs/cache.log" }]);
  expect(second.spaces).toMatchObject([{ space: "cache", leased: 1 }]);
  expect(first.spaces).toMatchObject([{ space: "cache", leased: 1 }]);
  expect(await readdir(`${made.folder}/.seatrial/latest/logs`)).toContain("cache.log");
  expect((await seatrial(["down"], { cwd: made.folder })).code).toBe(0);
  expect(await leftovers({ project: name })).toEqual([]);
});

it("services that have changed are started anew, and the old ones go", async () => {
  const name = nameOf("changed");
  await using made = await begin(name);
  await warm(made.folder);
  const before = await servicesOf(name);
  await made.write("compose.yaml", compose("redis-server --port 6379 --maxclients 99"));
  await warm(made.folder);
  expect(await said(made.folder)).toBe("1\n");
  const after = await eventually({
    ask: () => servicesOf(name),
    until: (ids) => ids.length === 1,
    within: 10_000,
  });
  expect(after).not.toEqual(before);
});

it("of a PostgreSQL, each run's spaces are made by its own migrations", async () => {
  const name = nameOf("postgres");
  await using made = ending(await postgresProject(name));
  await warm(made.folder);
  expect(await said(made.folder)).toBe("orders\n");
  const services = await servicesOf(name);
  await made.write("migrations/1.sql", "create table bills (id int);\n");
  await warm(made.folder);
  expect(await said(made.folder)).toBe("bills\n");
  await made.write("migrations/2.sql", "create table carts (id int);\n");
  const third = await warm(made.folder);
  expect(await said(made.folder)).toBe("bills\ncarts\n");
  expect(third.spaces).toMatchObject([{ space: "db", leased: 1, kept: [] }]);
  expect(await servicesOf(name)).toEqual(services);

  await made.write("migrations/2.sql", "create table (;\n");
  const broken = await seatrial(["test", "--warm"], { cwd: made.folder, env });
  expect(broken.code).toBe(1);
  expect(broken.stdout + broken.stderr).toMatch(/TEMPLATE_FAILED/);
  await made.write("migrations/2.sql", "create table carts (id int);\n");
  await warm(made.folder);
  expect(await servicesOf(name)).toEqual(services);
});

it("services end by themselves when their lease does, and not while a run uses them", async () => {
  const name = nameOf("lease");
  await using made = await begin(name, "sh -c 'sleep 4; redis-cli -h cache incr runs'");
  await warm(made.folder, "1s");
  await eventually({
    ask: () => leftovers({ project: name }),
    until: (left) => left.length === 0,
    within: 15_000,
  });
});

it("a service that died in between is started anew", async () => {
  const name = nameOf("died");
  await using made = await begin(name);
  await warm(made.folder);
  await docker("kill", ...(await servicesOf(name)));
  await warm(made.folder);
  expect(await said(made.folder)).toBe("1\n");
});

it("a run that is killed leaves its services to the next one, and nothing of its own", async () => {
  const name = nameOf("killed");
  const running = (event: RunEvent) => event.type === "node-started" && event.node.kind === "suite";
  await using made = await begin(name, "sh -c 'redis-cli -h cache incr runs; sleep 30'");
  const program = start(["test", "--warm", "--json"], { cwd: made.folder, env });
  await program.event(running);
  program.child.kill("SIGKILL");
  await program.ended;
  const suites = () =>
    docker("ps", "--quiet", "--filter", `label=seatrial.project=${name}`, "--filter", "label=seatrial.suite");
  await eventually({ ask: suites, until: (ids) => ids === "", within: 5_000 });
  expect(await servicesOf(name)).toHaveLength(1);
});

it("a first run that is stopped leaves its services to the next one", async () => {
  const name = nameOf("stopped");
  await using made = await begin(name, `sh -c '[ "$$(redis-cli -h cache incr runs)" != 1 ] || sleep 60'`);
  const program = start(["test", "--warm", "--json"], { cwd: made.folder, env });
  await program.event((event) => event.type === "test-started");
  const services = await servicesOf(name);
  await eventually({
    ask: () => docker("exec", services[0] ?? "", "redis-cli", "get", "runs"),
    until: (runs) => runs === "1",
    within: 10_000,
  });
  program.child.kill("SIGINT");
  expect((await program.ended).code).toBe(130);
  await warm(made.folder);
  expect(await servicesOf(name)).toEqual(services);
});

it("when the owner of warm services is killed, they are gone at once, and a run that used them fails", async () => {
  const name = nameOf("owner");
  await using made = await begin(name, "sh -c 'sleep 60'");
  const program = start(["test", "--warm", "--json"], { cwd: made.folder, env });
  await program.event((event) => event.type === "node-started" && event.node.kind === "suite");
  const state = `${process.env["XDG_STATE_HOME"] ?? `${process.env["HOME"]}/.local/state`}/seatrial/runs`;
  for (const file of (await readdir(state)).filter((each) => each.endsWith(".json"))) {
    const entry = JSON.parse(await readFile(`${state}/${file}`, "utf8").catch(() => "{}"));
    if (entry.project === name && entry.kind === "warm") process.kill(entry.pid, "SIGKILL");
  }
  const ended = await program.ended;
  expect(ended.code).toBe(1);
  expect((await latestOutcome(made.folder)).problems).toMatchObject([{ code: "OWNER_AWAY" }]);
  await eventually({
    ask: () => leftovers({ project: name }),
    until: (lines) => lines.filter((line) => !/ created$/.test(line)).length === 0,
    within: 5_000,
  });
});

it("nothing outlives a run in CI", async () => {
  const name = nameOf("ci");
  await using made = await begin(name);
  const ended = await seatrial(["test", "--warm"], { cwd: made.folder, env: { CI: "true" } });
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stderr).toContain("--warm has no effect in CI");
  expect(await leftovers({ project: name })).toEqual([]);
});

it("a warm run uses what is up, and --fresh does not use what is warm", async () => {
  const name = nameOf("up");
  await using made = await begin(name);
  const cwd = made.folder;
  const up = await seatrial(["up", "--quiet"], { cwd });
  expect(up.code, up.stderr).toBe(0);
  const services = await servicesOf(name);
  await warm(cwd);
  expect(await servicesOf(name)).toEqual(services);
  expect((await seatrial(["down"], { cwd })).code).toBe(0);

  await warm(cwd);
  const before = await servicesOf(name);
  const ended = await seatrial(["test", "--warm", "--fresh"], { cwd, env });
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  expect(await said(cwd)).toBe("1\n");
  expect(await servicesOf(name)).not.toContain(before[0]);
});
