import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { runCommand } from "./command.ts";

const signal = new AbortController().signal;
/** The kernel's letter for a process: Z has ended and waits to be reaped, empty is gone. */
function stateOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0] ?? "";
  } catch {
    return "";
  }
}

const env = { PATH: process.env["PATH"] };

it("gives exit code, output and input through", async () => {
  const result = await runCommand({
    argv: ["sh", "-c", "cat; echo err >&2; exit 3"],
    env,
    input: "hello",
    signal,
  });
  expect(result).toMatchObject({ code: 3, signal: null, stdout: "hello", stderr: "err\n" });
});

it("rejects with the system's error when the program is missing", async () => {
  await expect(runCommand({ argv: ["no-such-program-here"], env, signal })).rejects.toMatchObject({
    code: "ENOENT",
  });
});

it("ends the whole process group on abort, also children that ignore TERM", async () => {
  const stop = new AbortController();
  let pid = 0;
  const running = runCommand({
    argv: ["sh", "-c", "trap '' TERM; sh -c 'trap \"\" TERM; echo $$; while :; do sleep 0.05; done' & wait"],
    env,
    onStdout: (chunk) => {
      pid = Number(chunk.toString());
      stop.abort(new Error("enough"));
    },
    grace: 100,
    signal: stop.signal,
  });
  await expect(running).rejects.toThrow("enough");
  expect(pid).toBeGreaterThan(0);
  // Killed, it closes its output a moment before it has ended.
  await expect.poll(() => stateOf(pid)).not.toMatch(/[RSD]/);
});

it("does not start anything for a signal that is aborted already", async () => {
  await expect(
    runCommand({ argv: ["sh", "-c", "echo x"], env, signal: AbortSignal.abort(new Error("no")) }),
  ).rejects.toThrow("no");
});

it("survives a child that does not read its input", async () => {
  const result = await runCommand({ argv: ["true"], env, input: "x".repeat(1_000_000), signal });
  expect(result.code).toBe(0);
});
