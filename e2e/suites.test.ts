import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import {
  complaintsOf,
  latestOutcome,
  ROOT,
  type StartedProgram,
  seatrial,
  start,
} from "./support/program.ts";
import { project } from "./support/project.ts";

const named = projectNames("suites");

describe("an image from scratch, without a shell, whose user is nobody", () => {
  it("runs its compiled tests, however each of its suites ends", async () => {
    const name = named("scratch");
    await using folder = await project({}, { from: `${ROOT}/fixtures/e2e/go-scratch` });
    await folder.write(
      "seatrial.yaml",
      `
      name: ${name}
      suites:
        plain: { binaries: /tests }
        read-only: { runner: go, service: read-only, binaries: /tests }
        sharded: { binaries: /tests, shards: 3 }
        failing: { binaries: /tests, env: { FAIL: "yes" } }
        hanging: { binaries: /tests, env: { HANG: "yes" }, timeout: 3s }
      `,
    );
    const ended = await seatrial(["run"], { cwd: folder.folder });
    expect(ended.code, ended.stdout + ended.stderr).toBe(1);
    const outcome = await latestOutcome(folder.folder);
    const of = (suite: string) => outcome.suites.find((each) => each.name === suite);
    expect(outcome.problems).toEqual([]);
    expect(of("plain")).toMatchObject({
      status: "passed",
      counts: { passed: 8, failed: 0, skipped: 3 },
      proof: { kind: "identical" },
    });
    expect(of("read-only")).toMatchObject({ status: "passed", counts: { passed: 9, failed: 0, skipped: 2 } });
    expect(of("sharded")).toMatchObject({
      status: "passed",
      counts: { passed: 8, failed: 0, skipped: 3 },
      shards: 3,
    });
    expect(of("failing")).toMatchObject({ status: "failed", counts: { passed: 8, failed: 1, skipped: 2 } });
    expect(of("hanging")).toMatchObject({
      status: "failed",
      counts: { passed: 8, failed: 1, skipped: 2 },
      problem: { code: "SUITE_TIMED_OUT" },
    });
    // Whichever limit is reached first names the test: ours, or the binary's own a moment before it.
    expect(of("hanging")?.problem?.message).toMatch(/^Suite hanging was not done within 3\.0 s.*TestHang/);

    // A failing test is told with its name, its message and what it printed.
    expect(ended.stdout).toContain("failing › example.com/scratch/place › TestFailure");
    expect(ended.stdout).toContain("expected 12.00, found 11.99");
    expect(ended.stdout).toContain("│ the cart has 3 items");
    expect(ended.stdout).toContain("hanging › example.com/scratch/place › TestHang");

    const latest = `${folder.folder}/.seatrial/latest`;
    for (const suite of ["plain", "read-only", "failing", "hanging"]) {
      expect(await readFile(`${latest}/results/${suite}/place.txt`, "utf8")).toBe(suite);
    }
    const junit = await readFile(`${latest}/junit.xml`, "utf8");
    expect(junit.match(/<testcase (?!classname="check\.)/g)).toHaveLength(5 * 11 + 1);
    expect(await leftovers({ project: name })).toEqual([]);

    const only = await seatrial(["run", "--only", "plain", "--grep", "TestParts/part_1"], {
      cwd: folder.folder,
    });
    expect(only.code, only.stdout + only.stderr).toBe(0);
    const { suites } = await latestOutcome(folder.folder);
    expect(suites.map((suite) => [suite.name, suite.counts.passed])).toEqual([["plain", 2]]);

    const none = await seatrial(["test", "plain", "--grep", "TestNothing"], { cwd: folder.folder });
    expect(none.code, none.stdout + none.stderr).toBe(1);
    expect(none.stdout).toContain('Suite plain ran no test that matches "TestNothing"');
    expect(none.stdout).toContain("allow-empty: true");
    await folder.write(
      "seatrial.yaml",
      `{ name: ${name}, suites: { plain: { binaries: /tests, allow-empty: true } } }`,
    );
    const empty = await seatrial(["test", "--grep", "TestNothing"], { cwd: folder.folder });
    expect(empty.code, empty.stdout + empty.stderr).toBe(0);
  });
});

describe("suites of other tools", () => {
  it("tell their tests by JUnit, printed or in a file, by TAP, by pytest's own events, by an exit code", async () => {
    const name = named("tools");
    await using folder = await project({
      Dockerfile: `
        FROM node:20-slim AS node
        WORKDIR /work
        COPY cart.test.mjs .

        FROM python:3.13-slim AS python
        RUN --mount=type=cache,target=/root/.cache/pip pip install --root-user-action=ignore pytest==9.2.0
        WORKDIR /work
        COPY test_cart.py .
      `,
      "cart.test.mjs": [
        'import assert from "node:assert/strict";',
        'import { test } from "node:test";',
        'test("adds", () => {});',
        'test("rounds", () => assert.ok(false, "off by a cent"));',
        'test("ships", { skip: "no ship here" }, () => {});',
      ].join("\n"),
      "test_cart.py": [
        "import pytest",
        "def test_adds(): pass",
        "def test_rounds():",
        '    print("adding up")',
        '    assert False, "off by a cent"',
        '@pytest.mark.skip(reason="no ship here")',
        "def test_ships(): pass",
      ].join("\n"),
      "seatrial.yaml": `
        name: ${name}
        image: { release: node }
        suites:
          printed: { command: node --test --test-reporter=junit, runner: junit }
          file:
            runner: junit
            command: [sh, -c, "node --test --test-reporter=junit --test-reporter-destination=$$SEATRIAL_RESULTS/node.xml"]
          tap: { command: node --test --test-reporter=tap, runner: tap }
          pytest: { runner: pytest, target: python }
          code: { command: [sh, -c, "echo half of it is done; exit 7"] }
          missing: { command: /no/such/program }
      `,
    });
    const ended = await seatrial(["run"], { cwd: folder.folder });
    expect(ended.code, ended.stdout + ended.stderr).toBe(1);
    const outcome = await latestOutcome(folder.folder);
    expect(outcome.problems).toEqual([]);
    for (const suite of ["printed", "file", "tap", "pytest"]) {
      const found = outcome.suites.find((each) => each.name === suite);
      expect(found, suite).toMatchObject({ status: "failed", counts: { passed: 1, failed: 1, skipped: 1 } });
      expect(found?.problem, suite).toBeUndefined();
      expect(ended.stdout).toMatch(new RegExp(`✖ ${suite} › .*rounds.*\\n.*off by a cent`));
    }
    expect(ended.stdout).toContain("│ half of it is done");
    expect(outcome.suites.find((each) => each.name === "missing")?.problem).toMatchObject({
      code: "PROCESS_NOT_STARTED",
      message: expect.stringContaining("/no/such/program"),
    });
    const results = `${folder.folder}/.seatrial/latest/results`;
    expect(await readFile(`${results}/file/node.xml`, "utf8")).toContain("<testcase");
    expect(await leftovers({ project: name })).toEqual([]);
  });
});

describe("what a user hands to a suite", () => {
  it("reaches the build, the suite, the app and the services, each its own part", async () => {
    const name = named("hands");
    await using folder = await project({
      Dockerfile: `
        FROM debian:13
        ARG VERSION
        ENV VERSION=$VERSION
        COPY tell-environment.pl /
        RUN --mount=type=secret,id=token sha256sum < /run/secrets/token > /token.sha256
      `,
      "tell-environment.pl": [
        "use IO::Socket::INET;",
        "my $server = IO::Socket::INET->new(Listen => 5, LocalPort => 8000, ReuseAddr => 1) or die;",
        'while (my $client = $server->accept) { print $client map { "$_=$ENV{$_}\\n" } keys %ENV; close $client }',
      ].join("\n"),
      token: "a token for the build",
      ".env": "VERSION=1.2.3\n",
      ".environment": 'FROM_FILE="a file"\nBOTH=file\n',
      "compose.yaml": `
        services:
          beside:
            build: { context: ., args: { VERSION: 4.5.6 }, secrets: [token] }
            env_file: .environment
            environment: { BOTH: compose, FROM_ENV: "\${VERSION}" }
            command: perl /tell-environment.pl
            expose: [8000]
        secrets: { token: { file: ./token } }`,
      "seatrial.yaml": `
        name: ${name}
        image:
          args: { VERSION: "\${VERSION}" }
          secrets: { token: { file: token } }
        suites:
          looks:
            needs: [beside]
            env_file: .environment
            env: { BOTH: suite, FROM_HOST: }
            artifacts: /token.sha256
            app: { ports: [8000], env: { ONLY: app }, command: perl /tell-environment.pl }
            command:
              - bash
              - -ce
              - |
                cd $$SEATRIAL_RESULTS; env > suite
                cat < /dev/tcp/app/8000 > app
                cat < /dev/tcp/beside/8000 > beside
      `,
    });
    const ended = await seatrial(["run"], {
      cwd: folder.folder,
      env: { FROM_HOST: "host", NOT_ASKED: "for" },
    });
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    const results = `${folder.folder}/.seatrial/latest/results/looks`;
    const names = /^(VERSION|FROM_FILE|FROM_ENV|FROM_HOST|BOTH|ONLY|NOT_ASKED)=/;
    const told = async (file: string) =>
      (await readFile(`${results}/${file}`, "utf8"))
        .split("\n")
        .filter((line) => names.test(line))
        .sort();
    expect(await told("suite")).toEqual([
      "BOTH=suite",
      "FROM_FILE=a file",
      "FROM_HOST=host",
      "VERSION=1.2.3",
    ]);
    expect(await told("app")).toEqual(["ONLY=app", "VERSION=1.2.3"]);
    expect(await told("beside")).toEqual([
      "BOTH=compose",
      "FROM_ENV=1.2.3",
      "FROM_FILE=a file",
      "VERSION=4.5.6",
    ]);
    const digest = createHash("sha256").update("a token for the build").digest("hex");
    expect(await readFile(`${results}/artifacts/token.sha256`, "utf8")).toContain(digest);
  });
});

describe("a suite that floods its output", () => {
  it("loses none of 100 MB, and the program stays small", async () => {
    const name = named("flood");
    await using folder = await project({
      Dockerfile: "FROM debian:13\n",
      "seatrial.yaml": `
        name: ${name}
        suites:
          flood: { command: [sh, -c, "yes 'a line of output like many others' | head -c 100000000"], timeout: 60s }
      `,
    });
    const program = start(["run"], { cwd: folder.folder });
    const peak = watchPeakMemory(program);
    const ended = await program.ended;
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    expect(complaintsOf(ended)).toEqual([]);
    const log = await stat(`${folder.folder}/.seatrial/latest/logs/suite-flood.log`);
    // The last line is cut; a log ends with a whole one.
    expect(log.size).toBe(100_000_000 + 1);
    expect(await peak).toBeGreaterThan(0);
    expect(await peak).toBeLessThan(350_000);
  });
});

/** The most memory that a program ever had, in kB, as the kernel counts. */
async function watchPeakMemory(program: StartedProgram): Promise<number> {
  let peak = 0;
  while (program.child.exitCode === null && program.child.signalCode === null) {
    const status = await readFile(`/proc/${program.child.pid}/status`, "utf8").catch(() => "");
    peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0));
    await wait(50);
  }
  return peak;
}
