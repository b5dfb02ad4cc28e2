import { setTimeout as wait } from "node:timers/promises";
import type { RunEvent } from "seatrial";
import { describe, expect, it } from "vitest";
import { docker, eventually, leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { type StartedProgram, seatrial, start } from "./support/program.ts";
import { project } from "./support/project.ts";
import { startProxy } from "./support/proxy.ts";
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

/** A request to the engine that it never gets; what came before it has been done. */
const REQUESTS: { stage: string; before: RegExp; there: RegExp[] }[] = [
  { stage: "the network made", before: /POST \S+\/containers\/create\?name=seatrial-network/, there: [] },
  {
    stage: "a container created",
    before: /POST \S+\/containers\/\w+\/start/,
    there: [/-claim created$/, /-db created$/],
  },
];

/** Containers that run and the volumes that only they use; what was never started is swept by a later start. */
const running = (lines: string[]) => lines.filter((line) => !/ created$/.test(line));

/** Of the first tests, for the last one: a minute has passed by then. */
const killed: { name: string; at: number }[] = [];

describe("when the owner is killed with kill -9", () => {
  async function kill(name: string, program: StartedProgram): Promise<void> {
    program.child.kill("SIGKILL");
    await program.ended;
    killed.push({ name, at: Date.now() });
    await eventually({
      ask: () => leftovers({ project: name }),
      until: (lines) => running(lines).length === 0,
      within: 5_000,
    });
  }

  it.each(STAGES)(
    "while $stage, nothing of the run lives on after 5 seconds",
    async ({ stage, at, buildSeconds }) => {
      const name = nameOf(stage.replace(/[^a-z]+/g, "-"));
      await using project = await slowProject({ name, buildSeconds });
      const program = start(["run", "--json"], { cwd: project.folder });
      await program.event(at);
      await kill(name, program);
    },
  );

  it.each(REQUESTS)("with $stage, nothing of the run lives on", async ({ stage, before, there }) => {
    const name = nameOf(stage.replace(/[^a-z]+/g, "-"));
    await using project = await slowProject({ name });
    await using proxy = await startProxy("/var/run/docker.sock", { hold: before });
    const env = { DOCKER_HOST: proxy.address };
    const program = start(["run", "--json"], { cwd: project.folder, env });
    await Promise.race([proxy.held, program.ended]);
    const lines = await leftovers({ project: name });
    for (const pattern of there) expect(lines).toContainEqual(expect.stringMatching(pattern));
    await kill(name, program);
  });
});

const NETWORK = '{{with .Label "seatrial.network"}}{{.}}{{end}}';

describe("a run of which nothing runs but its claim", () => {
  it("keeps its network, whatever is cleaned away and however long it takes", async () => {
    const [name, other] = [nameOf("waiting"), nameOf("other")];
    const files = (project: string, seconds: number) => ({
      Dockerfile: `FROM redis:8\n${seconds > 0 ? `RUN sleep ${seconds} && echo ${project}\n` : ""}`,
      "compose.yaml": "services: { tool: { image: 'redis:8', command: 'true' } }",
      "seatrial.yaml": `
        name: ${project}
        suites:
          quick: { service: tool }
          slow: { command: sleep 5 }`,
    });
    await using waiting = await project(files(name, 15));
    const program = start(["run", "--json"], { cwd: waiting.folder });
    await program.event((event) => event.type === "node-finished" && event.node.name === "quick");
    const claim = await eventually({
      ask: () => leftovers({ project: name }),
      until: (lines) => lines.length === 1 && / running$/.test(lines[0] ?? ""),
      within: 10_000,
    });
    const networkOf = (label: string) =>
      docker("ps", "-a", "--filter", `label=seatrial.project=${label}`, "--format", NETWORK);
    const own = await networkOf(name);
    expect(own).not.toBe("");
    await docker("container", "prune", "--force", "--filter", `label=seatrial.project=${name}`);
    expect(await leftovers({ project: name })).toEqual(claim);

    await using beside = await project(files(other, 0));
    const second = start(["run", "--json", "--only", "slow"], { cwd: beside.folder });
    await second.event((event) => event.type === "node-started" && event.node.kind === "suite");
    const others = await networkOf(other);
    expect(others).not.toBe("");
    expect(others).not.toContain(own);
    for (const each of [second, program]) {
      const ended = await each.ended;
      expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    }
    expect(await leftovers({ project: name })).toEqual([]);
  }, 240_000);
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

describe("after owners were killed", () => {
  it("the next start a minute later removes what had never run", async () => {
    expect(killed).toHaveLength(STAGES.length + REQUESTS.length);
    const last = Math.max(...killed.map(({ at }) => at));
    await wait(Math.max(0, last + 61_000 - Date.now()));
    const name = nameOf("next");
    await using next = await slowProject({ name });
    const ended = await seatrial(["run"], { cwd: next.folder });
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    for (const { name: each } of killed) expect(await leftovers({ project: each }), each).toEqual([]);
  });
});
