import { describe, expect, it } from "vitest";
import { createProgram } from "./program.ts";
import { at, PROJECT } from "./testing/at.ts";
import { VERSION } from "./version.ts";

describe("help", () => {
  it("is there for each command, with an example", async () => {
    await using here = await at({});
    const program = createProgram({ ...here, argv: [], onExit: () => undefined });
    const commands = program
      .createHelp()
      .visibleCommands(program)
      .map((command) => command.name())
      .filter((name) => name !== "help");
    expect(commands).toEqual(
      expect.arrayContaining(["init", "doctor", "build", "test", "shell", "logs", "gc", "run", "down"]),
    );
    for (const command of commands) {
      await using one = await at({});
      expect(await one.seatrial(command, "--help"), command).toBe(0);
      expect(one.stdout(), command).toMatch(new RegExp(`Examples:\n  .*seatrial ${command}`));
      expect(one.stderr()).toBe("");
    }
  });

  it("does not show what is for the program itself", async () => {
    await using here = await at({});
    await here.seatrial("--help");
    expect(here.stdout()).not.toMatch(/\n {2}(own|complete)\b/);
  });
});

it("--version is the package's", async () => {
  await using here = await at({});
  expect(await here.seatrial("--version")).toBe(0);
  expect(here.stdout()).toBe(`${VERSION}\n`);
});

describe("--no-color", () => {
  it.each(["doctor", "shell", "gc", "logs", "run"])(
    "is a flag of %s, before it and after it",
    async (command) => {
      for (const argv of [
        [command, "--no-color"],
        ["--no-color", command],
      ]) {
        await using here = await at({}, { FORCE_COLOR: "1" });
        await here.seatrial(...argv);
        expect(here.stderr()).not.toContain("unknown option");
        expect(here.stdout() + here.stderr()).toContain("✖ ");
        expect(here.stdout() + here.stderr()).not.toContain("\u001b");
      }
    },
  );
});

describe("a command line that is wrong", () => {
  it.each([
    [["rnu"], "unknown command 'rnu'", "Did you mean run?"],
    [["run", "--kep"], "unknown option '--kep'", "Did you mean --keep?"],
    [["run", "unit"], "too many arguments", "--help"],
    [["run", "--only"], "argument missing", "--help"],
    [["completion"], "missing required argument 'shell'", "--help"],
    [[], "Usage: seatrial", "Commands:"],
  ])("%j has code 2, says what and what is meant, and goes to stderr", async (argv, what, hint) => {
    await using here = await at({});
    expect(await here.seatrial(...argv)).toBe(2);
    expect(here.stderr()).toContain(what);
    expect(here.stderr()).toContain(hint);
    expect(here.stdout()).toBe("");
  });
});

describe("test --warm", () => {
  it.each(["abc", "unit", "5", "5x", "1d", "30d", "-1m", "", "0s"])(
    "=%s is no length of time: code 2, what was typed and where, what is fine",
    async (time) => {
      await using here = await at(PROJECT);
      expect(await here.seatrial("test", "-C", here.path, `--warm=${time}`, "unit")).toBe(2);
      expect(here.stderr()).toContain(
        `--warm=${time} (argument 4 of seatrial) is no length of time. [DURATION_INVALID]`,
      );
      expect(here.stderr()).toContain("--warm=5m");
    },
  );

  it("takes no time after a blank that does not begin with a digit: that is a suite", async () => {
    await using here = await at(PROJECT);
    expect(await here.seatrial("test", "--warm", "5x")).toBe(2);
    expect(here.stderr()).toContain("--warm 5x is no length of time. [DURATION_INVALID]");
    const { readWarm } = await import("./native/warm-flag.ts");
    const read = (warm: string | true | undefined, ...argv: string[]) =>
      readWarm({ argv: ["test", ...argv], warm, suites: ["a"] });
    expect(read("unit", "--warm", "unit", "a")).toEqual({ warm: true, suites: ["unit", "a"] });
    expect(read("10m", "--warm=10m", "a")).toEqual({ warm: "10m", suites: ["a"] });
    expect(read("10m", "--warm", "10m", "a")).toEqual({ warm: "10m", suites: ["a"] });
    expect(read(true, "a", "--warm")).toEqual({ warm: true, suites: ["a"] });
    expect(read(undefined, "a")).toEqual({ warm: undefined, suites: ["a"] });
  });
});

describe("a command that fails", () => {
  it("prints one error with its code and hint, and has that error's exit code", async () => {
    await using here = await at({});
    expect(await here.seatrial("completion", "tcsh")).toBe(2);
    expect(here.stderr()).toBe(
      "✖ There is no completion for the shell tcsh. [SHELL_UNKNOWN]\n  hint: Use one of bash, zsh, fish.\n",
    );
  });

  it("has code 3 and names the place when no engine answers", async () => {
    await using here = await at(PROJECT);
    expect(await here.seatrial("build")).toBe(3);
    expect(here.stderr()).toContain("no.sock");
    expect(here.stderr()).toMatch(/\[\w+\]\n {2}hint: /);
    expect(here.stderr()).not.toContain("BUG");
  });

  it("takes global flags before and after the command", async () => {
    for (const argv of [
      ["-C", "nowhere", "logs"],
      ["logs", "-C", "nowhere"],
    ]) {
      await using here = await at({});
      expect(await here.seatrial(...argv)).toBe(2);
      expect(here.stderr()).toContain("no such folder: nowhere");
    }
  });
});
