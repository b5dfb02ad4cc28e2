import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { allNamed, parseXml } from "../packages/seatrial/src/report/testing/xml-tree.ts";
import { leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { complaintsOf, latestOutcome, seatrial } from "./support/program.ts";
import { project } from "./support/project.ts";

const run = promisify(execFile);
const named = projectNames("bad-results");
const DOCKERFILE = "FROM debian:13\n";

/** The names of the tests in a JUnit file, those of checks left out. Rejects when it is no well-formed XML. */
async function testsIn(file: string): Promise<string[]> {
  const document = parseXml(await readFile(file, "utf8"));
  return allNamed("testcase", document)
    .filter(({ attributes }) => !attributes["classname"]?.startsWith("check."))
    .map(({ attributes }) => attributes["name"] ?? "");
}

describe("a runner whose report is", () => {
  it("broken, missing, huge or strange is told so, and what can be read counts", async () => {
    const name = named("reports");
    await using folder = await project({
      Dockerfile: DOCKERFILE.concat("COPY *.pl /\n"),
      "huge.pl": [
        "my $out = 'x' x 460;",
        'print "<testsuite>";',
        'print "<testcase classname=\\"c\\" name=\\"t$_\\"><system-out>$out</system-out></testcase>\\n" for 1..100_000;',
        'print "</testsuite>";',
      ].join("\n"),
      "strange.pl": [
        "$| = 1;",
        'print "TAP version 13\\n1..3\\n";',
        'print "ok 1 - a\\x01b\\x1b[31mred\\x1b[0m\\n";',
        'print "ok 2 - ]]> <script>alert(\\"1\\")</script> & more\\n";',
        'print "not ok 3 - bad \\xff byte\\n  ---\\n  message: \\"]]> \\x02\\"\\n  ...\\n";',
        "exit 1;",
      ].join("\n"),
      "seatrial.yaml": `
        name: ${name}
        suites:
          broken:
            runner: junit
            command: [sh, -c, "echo '<testsuite><testcase name=\\"good\\"/><testcase name=\\"cut' > $$SEATRIAL_RESULTS/r.xml"]
          none: { runner: junit, command: [sh, -c, "echo all is well"] }
          huge: { runner: junit, command: [sh, -c, "perl /huge.pl > $$SEATRIAL_RESULTS/r.xml"] }
          strange: { runner: tap, command: perl /strange.pl }
      `,
    });
    const ended = await seatrial(["run"], { cwd: folder.folder });
    expect(ended.code, ended.stdout + ended.stderr).toBe(1);
    const outcome = await latestOutcome(folder.folder);
    const of = (suite: string) => outcome.suites.find((each) => each.name === suite);
    expect(outcome.problems).toEqual([]);
    expect(of("broken")).toMatchObject({
      status: "failed",
      counts: { passed: 1, failed: 0 },
      problem: { code: "RESULTS_BROKEN", message: expect.stringContaining("r.xml is broken at line 2") },
    });
    expect(of("none")).toMatchObject({
      status: "failed",
      problem: {
        code: "RESULTS_MISSING",
        message: expect.stringContaining("left no JUnit report at /seatrial-results/"),
        hint: expect.stringContaining("$SEATRIAL_RESULTS"),
      },
    });
    expect(of("huge")).toMatchObject({
      status: "passed",
      counts: { passed: 100_000, failed: 0, skipped: 0 },
    });
    expect(of("strange")).toMatchObject({ status: "failed", counts: { passed: 2, failed: 1, skipped: 0 } });
    expect(of("strange")?.problem).toBeUndefined();

    const latest = `${folder.folder}/.seatrial/latest`;
    expect(await readFile(`${latest}/results/broken/r.xml`, "utf8")).toContain('name="cut');
    expect((await stat(`${latest}/results/huge/r.xml`)).size).toBeGreaterThan(50_000_000);
    const names = await testsIn(`${latest}/junit.xml`);
    expect(names).toHaveLength(1 + 1 + 1 + 100_000 + 3);
    expect(names.slice(-3)).toContain("a\ufffdb\ufffd[31mred\ufffd[0m");
    expect(names).toContain(']]> <script>alert("1")</script> & more');
    // Nothing of it steers a terminal.
    expect(ended.stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
    expect(ended.stdout).toContain("bad \ufffd byte");
    expect(await leftovers({ project: name })).toEqual([]);
  });
});

describe("a disk that takes no results", () => {
  /** A file system of the test's own in place of the project's folder. */
  async function mounted(folder: string, options: string): Promise<AsyncDisposable> {
    await run("mount", ["-t", "tmpfs", "-o", options, "seatrial-e2e", folder]);
    return {
      async [Symbol.asyncDispose]() {
        await run("umount", [folder]);
      },
    };
  }

  it("because it is full ends the run with that reason, and leaves nothing in the engine", async () => {
    const name = named("full");
    await using folder = await project({});
    await using _disk = await mounted(folder.folder, "size=2m");
    await folder.write("Dockerfile", DOCKERFILE);
    await folder.write(
      "seatrial.yaml",
      `
      name: ${name}
      suites:
        loud: { command: [sh, -c, "yes filling the disk | head -c 20000000; sleep 30"], timeout: 60s }
      `,
    );
    const ended = await seatrial(["run"], { cwd: folder.folder });
    expect(ended.code, ended.stdout + ended.stderr).toBe(2);
    expect(ended.stdout + ended.stderr).toContain("[RESULTS_NOT_WRITABLE]");
    expect(ended.stdout + ended.stderr).toContain("ENOSPC");
    expect(ended.stdout + ended.stderr).toContain("hint: Free some disk space");
    expect(ended.duration).toBeLessThan(25_000);
    // What found room is there.
    const log = await stat(`${folder.folder}/.seatrial/latest/logs/suite-loud.log`);
    expect(log.size).toBeGreaterThan(1_000_000);
    const files = await readdir(`${folder.folder}/.seatrial`, { recursive: true });
    expect(files.filter((file) => file.endsWith(".part"))).toEqual([]);
    expect(await leftovers({ project: name })).toEqual([]);
  });

  it("because it is read-only is told before anything begins", async () => {
    const name = named("read-only");
    await using folder = await project({});
    await using _disk = await mounted(folder.folder, "size=2m");
    await folder.write("Dockerfile", DOCKERFILE);
    await folder.write("seatrial.yaml", `{ name: ${name}, suites: { unit: { command: "true" } } }`);
    await run("mount", ["-o", "remount,ro", folder.folder]);
    const ended = await seatrial(["run"], { cwd: folder.folder });
    expect(ended.code, ended.stdout + ended.stderr).toBe(2);
    expect(ended.stdout).toBe("");
    expect(ended.stderr).toContain(`cannot be written to ${folder.folder}/.seatrial/runs/`);
    expect(ended.stderr).toContain("EROFS: read-only file system");
    expect(ended.stderr).toContain("[RESULTS_NOT_WRITABLE]");
    expect(ended.stderr).toContain("hint:");
    expect(await leftovers({ project: name })).toEqual([]);
  });

  it("because it holds the user's home fails no run", async () => {
    const name = named("no-home");
    await using folder = await project({
      Dockerfile: DOCKERFILE,
      "compose.yaml": "services: { db: { image: 'debian:13', command: sleep infinity } }",
      "seatrial.yaml": `
        name: ${name}
        services: { db: { ready: started } }
        suites: { unit: { command: "true", needs: [db] } }
      `,
    });
    const env = { XDG_STATE_HOME: "/dev/null/state", XDG_CACHE_HOME: "/dev/null/cache" };
    const ended = await seatrial(["run"], { cwd: folder.folder, env });
    expect(complaintsOf(ended)).toEqual([]);
    expect(ended.code, ended.stdout).toBe(0);
    expect(await leftovers({ project: name })).toEqual([]);
  });
});
