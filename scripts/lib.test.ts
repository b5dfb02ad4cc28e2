import { execFile } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";

const LIB = path.join(import.meta.dirname, "lib.sh");

/** Runs a script that has the steps. */
async function run(...lines: string[]): Promise<{ code: number; stdout: string }> {
  const argv = ["-c", [`. ${LIB}`, ...lines].join("\n"), path.join(import.meta.dirname, "script.sh")];
  return await new Promise((resolve) => {
    execFile("bash", argv, (error, stdout) => resolve({ code: Number(error?.code ?? 0), stdout }));
  });
}

test("a step beside others says what it said when it is awaited, and the script ends well", async () => {
  const { code, stdout } = await run('beside "one" echo said', "echo meanwhile", 'await "one"', "echo last");
  expect(stdout.replace(/\d+\.\d/g, "0.0").split("\n")).toEqual([
    "▸ one (beside what follows)",
    "meanwhile",
    "▸ one",
    "said",
    "  one: done after 0.0 s",
    "last",
    "",
  ]);
  expect(code).toBe(0);
});

test("a step beside others that fails ends the script with its code where it is awaited", async () => {
  const { code, stdout } = await run('beside "one" sh -c "exit 7"', 'await "one"', "echo last");
  expect(stdout).toContain("one: failed (7)");
  expect(stdout).not.toContain("last");
  expect(code).toBe(7);
});

test("a script that fails ends what goes on beside it", async () => {
  const began = performance.now();
  const { code } = await run('beside "one" sleep 60', "exit 3");
  expect(code).toBe(3);
  expect(performance.now() - began).toBeLessThan(30_000);
});
