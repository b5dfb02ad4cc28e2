import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { openLifeline } from "./lifeline.ts";
import { createFolder } from "./testing/folder.ts";

const here = path.dirname(fileURLToPath(import.meta.url));

/** Prints its own process and its child's. Both take no notice of SIGTERM. */
const STUBBORN = ["sh", "-c", "trap '' TERM; sleep 60 & echo $$ $!; wait"];

const isThere = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Another process that does this, and what it prints first. */
async function owner(script: string): Promise<{ child: ChildProcess; pids: number[] }> {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: here },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    write: false,
    logLevel: "error",
  });
  const child = spawn(process.execPath, ["--input-type=module", "-e", outputFiles[0]?.text ?? ""], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { child, pids: line.toString().trim().split(" ").map(Number) };
}

describe("when a process is killed with kill -9", () => {
  const env = "{ PATH: process.env.PATH }";
  const signal = "new AbortController().signal";
  const command = `
    import { runCommand } from "./command.ts";
    const onStdout = (chunk) => process.stdout.write(chunk);
    await runCommand({ argv: ${JSON.stringify(STUBBORN)}, env: ${env}, onStdout, lifeline: true, signal: ${signal} });
  `;
  const withoutShell = `
    import { spawn } from "node:child_process";
    import { openLifeline } from "./lifeline.ts";
    const lifeline = openLifeline({ shell: "/no/shell/here" });
    const [file, ...args] = ${JSON.stringify(STUBBORN)};
    const child = spawn(file, args, { detached: true });
    lifeline.hold(child.pid);
    child.stdout.pipe(process.stdout);
  `;

  it.each([
    ["its command", command],
    ["its command, on a machine without a shell,", withoutShell],
  ])("%s ends with all children, whatever they make of signals", async (_what, script) => {
    const { child, pids } = await owner(script);
    expect(pids).toHaveLength(2);
    child.kill("SIGKILL");
    await once(child, "exit");
    while (pids.some(isThere)) await wait(10);
  });
});

describe("a lifeline that is let go", () => {
  const shell = '#!/bin/sh\n/bin/sh "$@" 2> "$0.err"\necho > "$0.ended"\n';

  it.each([true, false])(
    "kills nobody and leaves no program behind, whether it held something (%s)",
    async (holds) => {
      await using folder = await createFolder({ shell });
      const child = spawn("sleep", ["60"], { detached: true });
      const lifeline = openLifeline({ shell: `${folder.path}/shell` });
      if (holds) lifeline.hold(child.pid ?? 0);
      lifeline[Symbol.dispose]();
      while (!existsSync(`${folder.path}/shell.ended`)) await wait(10);
      expect(child.exitCode ?? child.signalCode).toBeNull();
      expect(await readFile(`${folder.path}/shell.err`, "utf8")).toBe("");
      child.kill("SIGKILL");
    },
  );
});
