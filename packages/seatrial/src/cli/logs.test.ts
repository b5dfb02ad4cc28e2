import { symlink } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { at } from "./testing/at.ts";

const FILES = {
  ".seatrial/runs/r1/logs/db.log": "one\ntwo\nthree\n",
  ".seatrial/runs/r1/logs/suite-unit.log": "passed\n",
  ".seatrial/runs/r0/logs/db.log": "of another run\n",
};

async function logs(...argv: string[]) {
  await using here = await at(FILES);
  await symlink("runs/r1", `${here.path}/.seatrial/latest`);
  return { code: await here.seatrial("logs", ...argv), stdout: here.stdout(), stderr: here.stderr() };
}

describe("logs", () => {
  it.each([
    [[], "==> db <==\none\ntwo\nthree\n==> suite-unit <==\npassed\n"],
    [["db"], "one\ntwo\nthree\n"],
    [["unit"], "passed\n"],
    [["suite-unit"], "passed\n"],
    [["db", "--lines", "2"], "two\nthree\n"],
    [["db", "-n", "0"], ""],
    [["db", "-n", "99"], "one\ntwo\nthree\n"],
    [["--run", "r0"], "of another run\n"],
  ])("%j prints what is asked for", async (argv, text) => {
    expect(await logs(...argv)).toEqual({ code: 0, stdout: text, stderr: "" });
  });

  it.each([
    [["nothing"], "LOG_NOT_FOUND", "There are: db, suite-unit."],
    [["--run", "r7"], "RUN_NOT_FOUND", ".seatrial/runs"],
    [["-n", "many"], "COUNT_INVALID", "whole number"],
    [["-n", "-5"], "COUNT_INVALID", "whole number"],
  ])("%j is refused with what there is", async (argv, code, hint) => {
    const { code: exit, stderr, stdout } = await logs(...argv);
    expect([exit, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(`[${code}]`);
    expect(stderr).toContain(hint);
  });

  it("are there for a project that has never been run: an error says what to do", async () => {
    await using here = await at({});
    expect(await here.seatrial("logs")).toBe(2);
    expect(here.stderr()).toContain("seatrial run");
  });
});
