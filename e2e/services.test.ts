import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { complaintsOf, type Ended, latestOutcome, seatrial } from "./support/program.ts";
import { project } from "./support/project.ts";

const named = projectNames("services");
const DOCKERFILE = "FROM debian:13\n";

/** What a run that a service ended looks like from outside. */
async function failure(options: { folder: string; name: string; ended: Ended }) {
  const { folder, name, ended } = options;
  expect(complaintsOf(ended)).toEqual([]);
  expect(ended.code, ended.stdout).toBe(1);
  expect(await leftovers({ project: name })).toEqual([]);
  const outcome = await latestOutcome(folder);
  expect(outcome.status).toBe("failed");
  expect(outcome.problems).toHaveLength(1);
  const [problem] = outcome.problems;
  // Told once to people, too.
  expect(ended.stdout.split(`[${problem?.code}]`)).toHaveLength(2);
  for (const line of problem?.lastLines ?? []) expect(ended.stdout).toContain(line);
  return { outcome, problem };
}

describe("a service that does not work ends the run", () => {
  it.each([
    {
      title: "it exits at boot",
      service: `
        command: [sh, -c, "echo reading /etc/app.conf; sleep 0.2; echo no such file >&2; exit 3"]
        expose: [7777]`,
      code: "SERVICE_EXITED",
      says: "ended before it was ready with exit code 3",
      lines: ["reading /etc/app.conf", "no such file"],
    },
    {
      title: "it would crash and be restarted for ever",
      service: `
        restart: always
        command: [sh, -c, "echo attempt; sleep 0.3; exit 1"]
        healthcheck: { test: "false" }`,
      code: "SERVICE_EXITED",
      says: "exit code 1",
      lines: ["attempt"],
    },
    {
      title: "it is killed for memory",
      service: `
        mem_limit: 64m
        command: [sh, -c, "echo filling; exec tail /dev/zero"]
        healthcheck: { test: "false" }`,
      code: "SERVICE_OUT_OF_MEMORY",
      says: "its container reached its memory limit",
      lines: ["filling"],
    },
    {
      title: "it never answers",
      service: `
        command: [sh, -c, "echo thinking; exec sleep infinity"]
        expose: [7777]`,
      settings: "services: { app: { deadline: 1500ms } }",
      code: "SERVICE_NOT_READY",
      says: "was not ready after 1.5 s: port 7777: connection refused",
      lines: ["thinking"],
    },
    {
      title: "its health check hangs",
      service: `
        command: [sh, -c, "echo serving; exec sleep infinity"]
        healthcheck: { test: sleep 60 }`,
      settings: "services: { app: { deadline: 1500ms } }",
      code: "SERVICE_NOT_READY",
      says: "its health check (/bin/sh -c sleep 60): no answer",
      lines: ["serving"],
    },
    {
      title: "its program is not in the image",
      service: `
        command: [/no/such/program]`,
      code: "SERVICE_NOT_STARTED",
      says: "/no/such/program",
      lines: [],
    },
    {
      title: "it ends while a suite needs it",
      service: `
        command: [sh, -c, "echo up; sleep 1; echo bye; exit 0"]`,
      settings: "services: { app: { ready: started } }",
      code: "SERVICE_EXITED",
      says: "ended while it was needed with exit code 0",
      lines: ["up", "bye"],
    },
    {
      title: "it is a one-shot that fails",
      service: `
        command: [sh, -c, "echo migrating; exit 4"]
      after:
        image: debian:13
        command: [sleep, infinity]
        depends_on: { app: { condition: service_completed_successfully } }`,
      needs: "after",
      code: "SERVICE_EXITED",
      says: "ended as a one-shot with exit code 4",
      lines: ["migrating"],
    },
  ])("because $title", async ({ service, settings = "", needs = "app", code, says, lines }) => {
    const name = named("fails");
    await using folder = await project({
      Dockerfile: DOCKERFILE,
      "compose.yaml": `
    services:
      app:
        image: debian:13${service}`,
      "seatrial.yaml": `
        name: ${name}
        suites: { waits: { command: sleep 60, needs: [${needs}] } }
        ${settings}`,
    });
    const ended = await seatrial(["run"], { cwd: folder.folder });
    const { problem } = await failure({ folder: folder.folder, name, ended });
    expect(problem).toMatchObject({ code, subject: "app" });
    expect(problem?.message).toContain(says);
    expect(problem?.lastLines ?? []).toEqual(lines);
    expect(problem?.hint).toBeTruthy();
    // Its 60 s were not waited for.
    expect(ended.duration).toBeLessThan(30_000);
  });

  it("and what depends on it is not blamed", async () => {
    const name = named("once");
    await using folder = await project({
      Dockerfile: DOCKERFILE,
      "compose.yaml": `
        services:
          db: { image: "debian:13", command: [sh, -c, "echo no space; exit 9"] }
          api:
            image: debian:13
            command: [sleep, infinity]
            depends_on: [db]
          web:
            image: debian:13
            command: [sleep, infinity]
            depends_on: { api: { condition: service_started } }`,
      "seatrial.yaml": `
        name: ${name}
        services: { api: { ready: started }, web: { ready: started }, db: { ready: "tcp://:5432" } }
        suites:
          unit: { command: "true" }
          api: { command: "true", needs: [web] }`,
    });
    const ended = await seatrial(["run"], { cwd: folder.folder });
    const { outcome, problem } = await failure({ folder: folder.folder, name, ended });
    expect(problem).toMatchObject({ code: "SERVICE_EXITED", subject: "db" });
    expect(outcome.services.map(({ name, status }) => `${name} ${status}`).sort()).toEqual([
      "api stopped",
      "db failed",
      "web stopped",
    ]);
  });
});

describe("services in the order of depends_on", () => {
  it("each begins when what it waits for is there, and a suite when all is done", async () => {
    const name = named("order");
    await using folder = await project({
      Dockerfile: DOCKERFILE,
      "compose.yaml": `
        x-stage: &stage { image: "debian:13", volumes: ["state:/state"] }
        services:
          db:
            <<: *stage
            command: [sh, -c, "sleep 1; touch /state/db-is-up; exec sleep infinity"]
            healthcheck: { test: test -f /state/db-is-up }
          migrate:
            <<: *stage
            command: [sh, -c, "test -f /state/db-is-up && sleep 1 && touch /state/migrated"]
            depends_on: { db: { condition: service_healthy } }
          web:
            <<: *stage
            command: [sh, -c, "test -f /state/migrated && touch /state/web-is-up && exec sleep infinity"]
            depends_on: { migrate: { condition: service_completed_successfully } }
            healthcheck: { test: test -f /state/web-is-up }
          absent:
            <<: *stage
            command: [sleep, infinity]
          tests:
            <<: *stage
            command: [test, -f, /state/web-is-up]
            depends_on: { web: { condition: service_healthy } }
        volumes: { state: {} }`,
      "seatrial.yaml": `
        name: ${name}
        suites: { order: { runner: command, service: tests } }`,
    });
    const ended = await seatrial(["run"], { cwd: folder.folder });
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    const outcome = await latestOutcome(folder.folder);
    expect(Object.fromEntries(outcome.services.map((each) => [each.name, each.status]))).toEqual({
      db: "ready",
      migrate: "completed",
      web: "ready",
    });
    expect(await leftovers({ project: name })).toEqual([]);
  });
});

describe("a PostgreSQL whose init script takes 5 s", () => {
  it("is never seen as ready too early, and its first state is kept until something of it changes", async () => {
    const name = named("slow-init");
    const init = (word: string, seconds: number) =>
      `SELECT pg_sleep(${seconds});\nCREATE TABLE greeting AS SELECT '${word}' AS word;\n`;
    await using folder = await project({
      Dockerfile: "FROM postgres:17\n",
      "init/10-slow.sql": init("hello", 5),
      "compose.yaml": `
        services:
          db:
            image: postgres:17
            environment: { POSTGRES_PASSWORD: in-test-only, PROJECT: ${name} }
            volumes: ["./init:/docker-entrypoint-initdb.d:ro"]`,
      "seatrial.yaml": `
        name: ${name}
        suites:
          query:
            needs: [db]
            env: { PGPASSWORD: in-test-only }
            command: [psql, -h, db, -U, postgres, -v, ON_ERROR_STOP=1, -Atc, "SELECT 'word=' || word FROM greeting"]`,
    });
    const run = async (...flags: string[]) => {
      const ended = await seatrial(["run", ...flags], { cwd: folder.folder });
      expect(ended.code, ended.stdout + ended.stderr).toBe(0);
      expect(await leftovers({ project: name })).toEqual([]);
      const [db] = (await latestOutcome(folder.folder)).services;
      const log = await readFile(`${folder.folder}/.seatrial/latest/logs/suite-query.log`, "utf8");
      return { boot: db?.bootDuration ?? 0, snapshot: db?.snapshot, log };
    };

    const first = await run();
    expect(first).toMatchObject({ snapshot: "taken", log: "word=hello\n" });
    expect(first.boot).toBeGreaterThan(5_000);

    const second = await run();
    expect(second).toMatchObject({ snapshot: "used", log: "word=hello\n" });
    expect(second.boot).toBeLessThan(5_000);

    await folder.write("init/10-slow.sql", init("good morning", 0));
    expect(await run()).toMatchObject({ snapshot: "taken", log: "word=good morning\n" });
    expect(await run()).toMatchObject({ snapshot: "used", log: "word=good morning\n" });
    expect(await run("--fresh")).toMatchObject({ snapshot: "none", log: "word=good morning\n" });
  });
});
