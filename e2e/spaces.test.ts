import { readFile } from "node:fs/promises";
import type { RunEvent } from "seatrial";
import { describe, expect, it } from "vitest";
import { leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { complaintsOf, latestOutcome, ROOT, seatrial } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";

const named = projectNames("spaces");
const DEFINITIONS = `
image: { release: release, test: test }
spaces:
  postgres: { migrations: db/*.sql }
  by-command: { service: postgres, migrations: { command: sh migrate.sh by_command, variable: TARGET } }
  by-service: { service: postgres, migrations: [db/1.sql, { service: migrate, variable: TARGET }] }
  broken: { service: postgres, migrations: [{ command: [sh, -c, "echo no such column >&2; exit 3"] }] }
  configured: { service: postgres, files: config.d/*.tmpl }
`;

async function spacesProject(name: string, suites: string): Promise<TestProject> {
  const folder = await project({}, { from: `${ROOT}/fixtures/e2e/spaces` });
  await folder.write("seatrial.yaml", `name: ${name}\n${DEFINITIONS}suites:\n${suites}`);
  return folder;
}

const counts = (space: string, table: string) =>
  `{ command: [sh, -c, 'test "$$(psql "$$URL" -qAtc "SELECT count(*) FROM ${table}")" = 2'], spaces: { URL: ${space} } }`;

describe("suites whose processes have spaces of their own", () => {
  it("get clean databases as the templates are, however these are made, and leave nothing", async () => {
    const name = named("own");
    await using folder = await spacesProject(
      name,
      `  go: { binaries: /tests, parallel: 2, spaces: { DATABASE_URL: postgres, DB_NAME: postgres.name } }
  python:
    command: python3 -m pytest test_spaces.py
    spaces: { DATABASE_URL: postgres, DB_HOST: postgres.host, DB_NAME: postgres.name, REDIS_URL: redis }
  by-command: ${counts("by-command", "by_command")}
  by-service: ${counts("by-service", "by_service")}
  over-http: { command: python3 ask_broker.py, needs: [postgres, redis], env: { LEVEL: debug } }
`,
    );
    const ended = await seatrial(["run"], { cwd: folder.folder });
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    expect(complaintsOf(ended)).toEqual([]);
    const outcome = await latestOutcome(folder.folder);
    const spacesOf = Object.fromEntries(outcome.suites.map((suite) => [suite.name, suite.spaces]));
    expect(spacesOf).toEqual({ go: 2, python: 2, "by-command": 1, "by-service": 1, "over-http": 1 });
    expect(outcome.suites.map(({ name, counts: { passed } }) => [name, passed])).toEqual([
      ["go", 2],
      ["python", 3],
      ["by-command", 1],
      ["by-service", 1],
      ["over-http", 1],
    ]);
    expect(ended.stdout).toMatch(/✔ go +2 passed .* 2 spaces/);
    const latest = `${folder.folder}/.seatrial/latest`;
    const databases = await Promise.all(
      ["orders", "users"].map((each) => readFile(`${latest}/results/go/${each}.txt`, "utf8")),
    );
    expect(new Set(databases).size).toBe(2);
    expect(outcome.spaces?.find(({ space }) => space === "postgres")).toMatchObject({
      service: "postgres",
      kind: "postgres",
      leased: 3,
      kept: [],
    });
    // What builds a template is in a log of its own.
    expect(await readFile(`${latest}/logs/by-command-template.log`, "utf8")).toContain("making by_command");
    expect(await readFile(`${latest}/logs/by-service-template.log`, "utf8")).toContain("making by_service");
    // Tokens and passwords that came up on the way are in no log.
    const log = await readFile(`${latest}/logs/suite-over-http.log`, "utf8");
    expect(log).toMatch(/the token is \[redacted\] and the address postgres:\/\/[^:]+:\[redacted\]@postgres/);
    expect(await leftovers({ project: name })).toEqual([]);
  });
});

describe("a template that cannot be built", () => {
  it("fails the suites that need it, is told once with its log, and hurts no other suite", async () => {
    const name = named("broken");
    await using folder = await spacesProject(
      name,
      `  one: { command: "true", spaces: { URL: broken } }
  two: { command: "true", spaces: { URL: broken } }
  fine: ${counts("by-command", "by_command")}
`,
    );
    const ended = await seatrial(["run"], { cwd: folder.folder });
    expect(ended.code, ended.stdout + ended.stderr).toBe(1);
    const outcome = await latestOutcome(folder.folder);
    const of = (suite: string) => outcome.suites.find((each) => each.name === suite);
    for (const suite of ["one", "two"])
      expect(of(suite)).toMatchObject({
        status: "failed",
        problem: { code: "TEMPLATE_FAILED", subject: suite, lastLines: ["no such column"] },
      });
    expect(of("fine")).toMatchObject({ status: "passed" });
    expect(outcome.problems).toEqual([]);
    expect(ended.stdout.split("[TEMPLATE_FAILED]")).toHaveLength(2);
    expect(ended.stdout).toContain("ended with exit code 3");
    expect(await leftovers({ project: name })).toEqual([]);
  });
});

describe("a test that fails", () => {
  it("has its space kept and told", async () => {
    const name = named("failing");
    await using folder = await spacesProject(
      name,
      `  failing: { command: "false", spaces: { URL: postgres } }\n`,
    );
    const ended = await seatrial(["run", "--json"], { cwd: folder.folder });
    expect(ended.code, ended.stdout + ended.stderr).toBe(1);
    const events = ended.stdout
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as RunEvent);
    const kept = events.flatMap((event) => (event.type === "space-kept" ? [event.space] : []));
    expect(kept).toMatchObject([
      { space: "postgres", service: "postgres", state: "kept", holder: { suite: "failing", test: "" } },
    ]);
    expect((await latestOutcome(folder.folder)).spaces).toMatchObject([
      { space: "postgres", leased: 1, kept: [{ id: kept[0]?.id }] },
      {},
      {},
      {},
      {},
    ]);
    expect(await leftovers({ project: name })).toEqual([]);
  });
});
