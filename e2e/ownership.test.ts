import type { RunEvent } from "seatrial";
import { describe, expect, it } from "vitest";
import { eventually, leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { seatrial, start } from "./support/program.ts";
import { slowProject } from "./support/slow-project.ts";

const nameOf = projectNames("ownership");

type Fits = (event: RunEvent) => boolean;

const note =
  (kind: string, text: RegExp): Fits =>
  (event) =>
    event.type === "node-progress" && event.node.kind === kind && text.test(event.note);
const nodeStarted =
  (kind: string): Fits =>
  (event) =>
    event.type === "node-started" && event.node.kind === kind;

const STAGES: { stage: string; at: Fits; buildSeconds?: number; fresh?: boolean }[] = [
  { stage: "building", at: note("build", /RUN sleep/), buildSeconds: 8 },
  { stage: "the database booting", at: note("service", /waiting for postgres/) },
  { stage: "its snapshot being taken", at: note("service", /keeping a snapshot/) },
  { stage: "the suite running", at: nodeStarted("suite") },
  { stage: "results being collected", at: (event) => event.type === "test-finished" },
];

/** Containers that run and the volumes that only they use; a claim that was never started is swept by a later start. */
const running = (lines: string[]) => lines.filter((line) => !/ created$/.test(line));

describe("when the owner is killed with kill -9", () => {
  it.each(STAGES)(
    "while $stage, nothing of the run lives on after 5 seconds",
    async ({ stage, at, buildSeconds }) => {
      const name = nameOf(stage.replace(/[^a-z]+/g, "-"));
      await using project = await slowProject({ name, buildSeconds });
      const program = start(["run", "--json"], { cwd: project.folder });
      await program.event(at);
      program.child.kill("SIGKILL");
      await program.ended;
      await eventually({
        ask: () => leftovers({ project: name }),
        until: (lines) => running(lines).length === 0,
        within: 5_000,
      });
    },
  );
});

describe("when the user stops the run", () => {
  it("SIGINT ends it with 130, and nothing is left", async () => {
    const name = nameOf("stop");
    await using project = await slowProject({ name });
    const program = start(["run", "--json"], { cwd: project.folder });
    await program.event(nodeStarted("suite"));
    program.child.kill("SIGINT");
    const ended = await program.ended;
    expect(ended.code, ended.stderr).toBe(130);
    expect(await leftovers({ project: name })).toEqual([]);
  });

  it("a second SIGINT leaves at once", async () => {
    const name = nameOf("stop-twice");
    await using project = await slowProject({ name });
    const program = start(["run", "--json"], { cwd: project.folder });
    await program.event(note("service", /waiting for postgres/));
    program.child.kill("SIGINT");
    await eventually({
      ask: async () => program.child.kill("SIGINT"),
      until: () => program.child.exitCode !== null,
      within: 2_000,
    });
    await eventually({
      ask: () => leftovers({ project: name }),
      until: (lines) => running(lines).length === 0,
      within: 5_000,
    });
  });
});

describe("side by side", () => {
  it("eight runs of one project all pass and leave nothing", async () => {
    const name = nameOf("eight");
    await using project = await slowProject({ name });
    await seatrial(["run"], { cwd: project.folder });
    const runs = await Promise.all(
      Array.from({ length: 8 }, () => seatrial(["run"], { cwd: project.folder })),
    );
    for (const ended of runs) expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    expect(await leftovers({ project: name })).toEqual([]);
  });
});
