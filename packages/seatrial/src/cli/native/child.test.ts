import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { at } from "../testing/at.ts";
import { runChild } from "./child.ts";

const shell = (script: string) => ["/bin/sh", "-c", script];

describe("a command of this machine", () => {
  it("has the variables over the environment, and this folder", async () => {
    await using here = await at({}, { PATH: "/bin:/usr/bin", A: "old", B: "kept" });
    const argv = shell('echo "$A $B $PWD" > out');
    expect(await runChild({ ...here, argv, env: { A: "new" } })).toBe(0);
    expect(await readFile(`${here.path}/out`, "utf8")).toBe(`new kept ${here.path}\n`);
  });

  it.each([
    ["exit 7", 7],
    ["kill -TERM $$", 143],
    ["kill -KILL $$", 137],
  ])("ends with the code that a shell would give: %s", async (script, code) => {
    await using here = await at({}, { PATH: "/bin:/usr/bin" });
    expect(await runChild({ ...here, argv: shell(script), env: {} })).toBe(code);
  });

  it("gets the signals that this process gets", async () => {
    await using here = await at({}, { PATH: "/bin:/usr/bin" });
    const script = "trap 'exit 9' USR2; kill -USR2 $PPID; while :; do sleep 0.05; done";
    expect(await runChild({ ...here, argv: shell(script), env: {} })).toBe(9);
    expect(process.listenerCount("SIGUSR2")).toBe(0);
  });

  it("says that it cannot be run", async () => {
    await using here = await at({ "no-program": "text" });
    await expect(runChild({ ...here, argv: ["no-such-program"], env: {} })).toThrowWithCode(
      "COMMAND_NOT_STARTED",
    );
    await expect(runChild({ ...here, argv: ["./no-program"], env: {} })).toThrowWithCode(
      "COMMAND_NOT_STARTED",
    );
  });
});
