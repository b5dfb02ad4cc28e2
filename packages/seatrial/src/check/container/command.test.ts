import { describe, expect, it } from "vitest";
import type { FakeProcessScript } from "../../agent/testing/index.ts";
import { containerWorld } from "../testing/containers.ts";
import { runCommand } from "./command.ts";
import { openContainer } from "./container.ts";

/** Runs one command in a container where it does this. */
async function runOne(script: FakeProcessScript, limit = 5_000, signal = new AbortController().signal) {
  const world = await containerWorld({ script: () => ({ processes: script }) });
  await using container = await openContainer({ context: world.context, part: "x", signal });
  const { log } = world.context;
  const end = await runCommand({
    agent: container.agent,
    process: { argv: ["tool"] },
    limit,
    log,
    signal,
  });
  return { end, logged: world.logged() };
}

describe("a command in a container", () => {
  it("gives both of its streams and how it ended, and is logged", async () => {
    const { end, logged } = await runOne(() => [{ stdout: "out" }, { stderr: "err" }, { exit: 4 }]);
    expect(end).toMatchObject({
      kind: "ended",
      stdout: "out",
      stderr: "err",
      cut: false,
      exit: { code: 4 },
    });
    expect(logged).toBe("outerr");
  });

  it("is killed at its limit, with what it wrote until then", async () => {
    let dropped = false;
    const { end } = await runOne(async function* (_, io) {
      yield { stdout: "waiting" };
      await new Promise((resolve) => io.dropped.addEventListener("abort", resolve));
      dropped = true;
    }, 1_000);
    expect(end).toEqual({ kind: "late", stdout: "waiting", stderr: "", cut: false });
    expect(dropped).toBe(true);
  });

  it("is missing, or refused for another reason", async () => {
    const reasons = [
      ['cannot start "tool": executable not found in $PATH (/bin)', "missing"],
      ['cannot start "/opt/tool": does not exist', "missing"],
      ["working directory /srv does not exist", "refused"],
      ['cannot start "tool": /bin/tool needs /bin/bash, which does not exist in this image', "refused"],
    ] as const;
    for (const [refuse, kind] of reasons) {
      expect((await runOne(() => ({ refuse }))).end).toEqual({ kind, reason: refuse });
    }
  });

  it("rejects with the reason when the run is stopped", async () => {
    const stop = new AbortController();
    const running = runOne(
      async function* (_, io) {
        yield { stdout: "x" };
        stop.abort(new Error("stopped"));
        await new Promise((resolve) => io.dropped.addEventListener("abort", resolve));
      },
      5_000,
      stop.signal,
    );
    await expect(running).rejects.toThrow("stopped");
  });
});

describe("a container of the release image", () => {
  it("is asked for with the run's labels and the image's id, and fails clearly when the image is gone", async () => {
    const world = await containerWorld({ script: () => ({}) });
    const { context, launcher } = world;
    const signal = new AbortController().signal;
    await using _open = await openContainer({ context, part: "x", network: true, signal });
    expect(launcher.specs).toMatchObject([
      {
        name: "seatrial-r1-check-x",
        image: context.release.imageId,
        labels: { "seatrial.run": "r1", "seatrial.check": "x" },
        network: { id: "the-network" },
      },
    ]);
    const release = { ...context.release, imageId: "sha256:other" } as const;
    const gone = openContainer({ context: { ...context, release }, part: "y", signal });
    await expect(gone).toThrowWithCode("CHECK_IMAGE_GONE");
  });
});
