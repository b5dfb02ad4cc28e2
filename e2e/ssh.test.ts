import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { complaintsOf, latestOutcome, seatrial, start } from "./support/program.ts";
import { project } from "./support/project.ts";
import { buildSshMachine, startSshMachine } from "./support/ssh-machine.ts";

const named = projectNames("ssh");
const machineNamed = (name: string) => startSshMachine(`${name}-machine`);

let image: AsyncDisposable;
beforeAll(async () => {
  image = await buildSshMachine();
});
afterAll(() => image?.[Symbol.asyncDispose]());

async function remoteProject(name: string, { building = 0 }: { building?: number } = {}) {
  return await project({
    // What is not interrupted is an image that was read before: all of it would come through ssh.
    Dockerfile: `FROM redis:8\n${building > 0 ? `RUN sleep ${building} && echo ${name}\n` : ""}`,
    "redis.conf": "databases 7\n",
    "compose.yaml": `
      services:
        db: { image: "redis:8", command: redis-server /redis.conf, volumes: ["./redis.conf:/redis.conf:ro"] }`,
    "seatrial.yaml": `
      name: ${name}
      suites:
        asks: { needs: [db], command: [sh, -c, "redis-cli -h db config get databases | tail -n 1"] }
        sleeps: { needs: [db], command: sleep 60 }`,
  });
}

/** All but the claim of a network, which never ran. */
const alive = (lines: string[]) => lines.filter((line) => !line.endsWith(" created"));
const nothingLives = async (name: string) =>
  await eventually({
    ask: () => leftovers({ project: name }),
    until: (lines) => alive(lines).length === 0,
    within: 5_000,
  });

describe("an engine behind ssh", () => {
  it("builds and runs a project, its files included, and leaves neither containers nor connections", async () => {
    const name = named("run");
    await using machine = await machineNamed(name);
    await using folder = await remoteProject(name);
    const ended = await seatrial(["run", "--only", "asks"], {
      cwd: folder.folder,
      env: await machine.env(),
    });
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    const log = await readFile(`${folder.folder}/.seatrial/latest/logs/suite-asks.log`, "utf8");
    expect(log.trim()).toBe("7");
    expect(await machine.log()).toContain("Accepted publickey for root");
    expect(await leftovers({ project: name })).toEqual([]);
    await eventually({ ask: machine.connections, until: (open) => open === 0, within: 5_000 });
  });

  it("is cleared within 5 s when the owner is killed with kill -9", async () => {
    const name = named("killed");
    await using machine = await machineNamed(name);
    await using folder = await remoteProject(name);
    const program = start(["run", "--json", "--only", "sleeps"], {
      cwd: folder.folder,
      env: await machine.env(),
    });
    await program.event((event) => event.type === "node-started" && event.node.kind === "suite");
    program.child.kill("SIGKILL");
    await nothingLives(name);
    await eventually({ ask: machine.connections, until: (open) => open === 0, within: 5_000 });
  });

  it.each([
    { during: "the build", kind: "build" },
    { during: "a suite", kind: "suite" },
  ] as const)(
    "whose machine goes away in $during ends the run with a clear word, and soon",
    async ({ kind }) => {
      const name = named(`lost-${kind}`);
      await using machine = await machineNamed(name);
      await using folder = await remoteProject(name, { building: kind === "build" ? 30 : 0 });
      const program = start(["run", "--json", "--only", "sleeps"], {
        cwd: folder.folder,
        env: await machine.env(),
      });
      await program.event((event) =>
        kind === "build"
          ? event.type === "node-progress" && /RUN sleep/.test(event.note)
          : event.type === "node-started" && event.node.kind === "suite",
      );
      const from = performance.now();
      await machine.kill();
      const ended = await program.ended;
      expect(performance.now() - from).toBeLessThan(30_000);
      expect(ended.code, ended.stdout + ended.stderr).toBe(3);
      const { status, problems } = await latestOutcome(folder.folder);
      expect(status).toBe("failed");
      expect(problems).toMatchObject([
        {
          code: expect.stringMatching(/^ENGINE_(CONNECTION_LOST|UNREACHABLE)$/),
          message: expect.stringContaining("The ssh connection to the engine at"),
        },
      ]);
      expect(complaintsOf(ended)).toEqual([]);
      await nothingLives(name);
    },
  );
});

describe("an engine behind ssh that cannot be reached", () => {
  it.each([
    { why: "the key is another one", settings: { IdentityFile: "/dev/null" }, says: "Permission denied" },
    {
      why: "the machine is not known",
      settings: { UserKnownHostsFile: "/dev/null" },
      says: "Host key verification failed",
    },
  ])("because $why ends the run with one clear error", async ({ settings, says }) => {
    const name = named("stranger");
    await using machine = await machineNamed(name);
    await using folder = await remoteProject(name);
    const ended = await seatrial(["run"], { cwd: folder.folder, env: await machine.env(settings) });
    expect(ended.code, ended.stdout + ended.stderr).toBe(3);
    expect(ended.stderr.match(/\[[A-Z_]{4,}\]/g)).toEqual(["[ENGINE_DENIED]"]);
    expect(ended.stderr).toContain(says);
    expect(ended.stderr).toContain("hint: Check that `ssh` to that machine works without a question");
    expect(await machine.log()).not.toContain("Accepted");
  });

  it("because nothing answers there ends the run with one clear error", async () => {
    const name = named("gone");
    await using machine = await machineNamed(name);
    await using folder = await remoteProject(name);
    await machine.kill();
    const ended = await seatrial(["run"], { cwd: folder.folder, env: await machine.env() });
    expect(ended.code, ended.stdout + ended.stderr).toBe(3);
    expect(ended.stderr.match(/\[[A-Z_]{4,}\]/g)).toEqual(["[ENGINE_UNREACHABLE]"]);
    expect(ended.stderr).toContain("Connection refused");
    expect(ended.stderr).toContain("hint:");
  });
});
