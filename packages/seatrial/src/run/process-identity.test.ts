import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { processIdentity } from "./process-identity.ts";

describe("a process", () => {
  it("has one identity as long as it lives, and none when it has ended", async () => {
    const child = spawn("sleep", ["60"]);
    const identity = await processIdentity(child.pid ?? 0);
    expect(identity).not.toBe("");
    expect(await processIdentity(child.pid ?? 0)).toBe(identity);
    expect(await processIdentity(process.pid)).not.toBe(identity);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await processIdentity(child.pid ?? 0)).toBe("");
  });

  it("that has ended and waits for its parent to ask how has none", async () => {
    // The shell becomes a program that never asks for the child it had; as a shell it might ask, so that the child ends after that.
    const script = "exec 3<&0; cat <&3 >/dev/null & echo $!; exec sleep 60";
    const parent = spawn("sh", ["-c", script], { stdio: ["pipe", "pipe", "inherit"] });
    const [line] = await once(parent.stdout, "data");
    const pid = Number(String(line));
    try {
      while ((await readFile(`/proc/${parent.pid}/comm`, "utf8")) !== "sleep\n")
        await new Promise(setImmediate);
      expect(await processIdentity(pid)).not.toBe("");
      parent.stdin.end();
      while (!/\) Z /.test(await readFile(`/proc/${pid}/stat`, "utf8"))) await new Promise(setImmediate);
      expect(await processIdentity(pid)).toBe("");
    } finally {
      parent.kill("SIGKILL");
    }
  });
});
