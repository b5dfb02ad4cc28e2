import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificates } from "./support/certificates.ts";
import { docker, eventually } from "./support/engine.ts";
import { complaintsOf, latestOutcome, seatrial, start } from "./support/program.ts";
import { project } from "./support/project.ts";
import { startProxy } from "./support/proxy.ts";
import { type SecondEngine, startSecondEngine } from "./support/second-engine.ts";
import { startTool, type Tool } from "./support/tool-container.ts";

const BASE = "node:20-slim";
let engine: SecondEngine;
/** Of what a dead owner left in it. */
let createdAt = 0;

beforeAll(async () => {
  engine = await startSecondEngine();
  await engine.load(BASE);
  await createOwned("dead-tool");
  createdAt = Date.now();
});
afterAll(() => engine?.[Symbol.asyncDispose]());

/** What the second engine has of a project: containers with their states, and volumes. */
async function left(name: string): Promise<string[]> {
  const filter = ["--filter", `label=seatrial.project=${name}`];
  const lists = await Promise.all([
    engine.docker("ps", "--all", ...filter, "--format", "{{.Names}} {{.State}}"),
    engine.docker("volume", "ls", ...filter, "--format", "volume {{.Name}}"),
  ]);
  return lists.flatMap((text) => text.split("\n")).filter((line) => line !== "");
}

/** What an owner leaves that dies between creating a container and starting it. */
async function createOwned(name: string): Promise<void> {
  const labels = ["seatrial.kind=run", `seatrial.run=${name}`, `seatrial.project=${name}`];
  await engine.docker("create", "--name", name, ...labels.flatMap((label) => ["--label", label]), BASE);
}

/** Nothing but what never ran: the claim of a network. */
const nothingRuns = (lines: string[]) => lines.every((line) => line.endsWith(" created"));

describe("an engine on another machine, over TCP with TLS", () => {
  const files = (name: string) => ({
    Dockerfile: `FROM ${BASE}\n`,
    "html/index.txt": "served from a file of this machine\n",
    "compose.yaml": `
      services:
        web:
          image: ${BASE}
          volumes: ["./html:/html:ro"]
          command: [node, -e, "require('http').createServer((_, answer) => answer.end(require('fs').readFileSync('/html/index.txt'))).listen(8000)"]
          expose: [8000]`,
    "seatrial.yaml": `
      name: ${name}
      suites:
        fetch:
          needs: [web]
          command: [node, -e, "fetch('http://web:8000').then(async (answer) => console.log(await answer.text()))"]
        sleep: { needs: [web], command: sleep 60 }`,
  });

  it("runs a project, its files included, and leaves nothing there", async () => {
    await using folder = await project(files("remote"));
    const ended = await seatrial(["run", "--only", "fetch"], { cwd: folder.folder, env: engine.env });
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    const log = await readFile(`${folder.folder}/.seatrial/latest/logs/suite-fetch.log`, "utf8");
    expect(log.trim()).toBe("served from a file of this machine");
    expect(await left("remote")).toEqual([]);
  });

  it("is left alone by whoever has no certificate for it", async () => {
    await using folder = await project(files("stranger"));
    await using foreign = await project({});
    await certificates(foreign.folder, "127.0.0.1");
    const { DOCKER_HOST = "" } = engine.env;
    const strangers = [
      { env: { DOCKER_HOST }, code: 3, says: "DOCKER_TLS_VERIFY=1" },
      { env: { ...engine.env, DOCKER_CERT_PATH: foreign.folder }, code: 3, says: "certificate" },
      {
        env: { ...engine.env, DOCKER_CERT_PATH: folder.folder },
        code: 2,
        says: "DOCKER_CERT_PATH must name",
      },
    ];
    for (const { env, code, says } of strangers) {
      const ended = await seatrial(["run"], { cwd: folder.folder, env });
      expect(ended.code, ended.stdout + ended.stderr).toBe(code);
      expect(ended.stderr.match(/\[[A-Z_]{4,}\]/g)).toHaveLength(1);
      expect(ended.stderr).toContain(says);
      expect(ended.stderr).toContain("hint:");
    }
  });

  it("is cleared within 5 s when the owner is killed with kill -9", async () => {
    await using folder = await project(files("killed"));
    const program = start(["run", "--json", "--only", "sleep"], { cwd: folder.folder, env: engine.env });
    await program.event((event) => event.type === "node-started" && event.node.kind === "suite");
    expect(nothingRuns(await left("killed"))).toBe(false);
    program.child.kill("SIGKILL");
    await eventually({ ask: () => left("killed"), until: nothingRuns, within: 5_000 });
  });
});

describe("an engine that a docker context names", () => {
  const contexts = [
    { by: "DOCKER_CONTEXT, a socket", name: "socket", chosen: "variable" },
    { by: "DOCKER_CONTEXT, with TLS", name: "tls", chosen: "variable" },
    { by: "currentContext, with TLS", name: "tls", chosen: "in-use" },
  ] as const;

  /** A docker configuration with a context for each way to the second engine. */
  async function dockerConfig() {
    const config = await project({});
    const { DOCKER_HOST, DOCKER_CERT_PATH } = engine.env;
    const keys = ["ca", "cert", "key"].map((name) => `${name}=${DOCKER_CERT_PATH}/${name}.pem`);
    const create = (name: string, endpoint: string) =>
      docker("--config", config.folder, "context", "create", name, "--docker", endpoint);
    await create("socket", `host=unix://${engine.socket}`);
    await create("tls", [`host=${DOCKER_HOST}`, ...keys].join(","));
    return config;
  }

  it.each(contexts)("is used: $by", async ({ name, chosen }) => {
    const projectName = `context-${name}-${chosen}`;
    await using config = await dockerConfig();
    const env = { DOCKER_CONFIG: config.folder, ...(chosen === "variable" && { DOCKER_CONTEXT: name }) };
    if (chosen === "in-use") await docker("--config", config.folder, "context", "use", name);
    await using folder = await project({
      Dockerfile: `FROM ${BASE}\nRUN echo ${projectName} > /name\n`,
      "compose.yaml": `services: { db: { image: "${BASE}", command: sleep infinity } }`,
      "seatrial.yaml": `
        name: ${projectName}
        services: { db: { ready: started } }
        suites: { reads: { needs: [db], command: cat /name } }`,
    });
    const ended = await seatrial(["test"], { cwd: folder.folder, env });
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    const images = ["images", "--quiet", `seatrial/${projectName}`];
    expect(await engine.docker(...images)).not.toBe("");
    expect(await docker(...images)).toBe("");
    expect(await left(projectName)).toEqual([]);
  });

  it("and that there is not is an error that names those there are", async () => {
    await using config = await dockerConfig();
    await using folder = await project({ Dockerfile: `FROM ${BASE}\n` });
    const env = { DOCKER_CONFIG: config.folder, DOCKER_CONTEXT: "elsewhere" };
    const ended = await seatrial(["run"], { cwd: folder.folder, env });
    expect(ended.code, ended.stdout + ended.stderr).toBe(2);
    expect(ended.stderr).toContain('Docker context "elsewhere" (from DOCKER_CONTEXT) does not exist');
    expect(ended.stderr).toContain("[DOCKER_CONTEXT_UNKNOWN]");
    expect(ended.stderr).toContain("Known contexts: default, socket, tls.");
  });

  it("and that is gone is told with its name", async () => {
    await using config = await project({});
    const create = ["--config", config.folder, "context", "create", "gone", "--docker"];
    await docker(...create, "host=unix:///nowhere/docker.sock");
    await using folder = await project({
      Dockerfile: `FROM ${BASE}\n`,
      "seatrial.yaml": "suites: { any: { command: 'true' } }",
    });
    const env = { DOCKER_CONFIG: config.folder, DOCKER_CONTEXT: "gone" };
    const ended = await seatrial(["run"], { cwd: folder.folder, env });
    expect(ended.code, ended.stdout + ended.stderr).toBe(3);
    expect(ended.stderr).toContain('unix:///nowhere/docker.sock (from docker context "gone")');
    expect(ended.stderr).toContain("[ENGINE_UNREACHABLE]");
  });
});

describe("a connection to the engine that is cut", () => {
  it.each([
    { during: "the build", kind: "build" },
    { during: "a suite", kind: "suite" },
  ] as const)("in $during ends the run with a clear word, and soon", async ({ kind }) => {
    const name = `cut-${kind}`;
    await using folder = await project({
      Dockerfile: `FROM ${BASE}\n${kind === "build" ? "RUN sleep 30\n" : ""}`,
      "compose.yaml": `services: { db: { image: "${BASE}", command: sleep infinity } }`,
      "seatrial.yaml": `
        name: ${name}
        services: { db: { ready: started } }
        suites: { sleep: { command: sleep 60, needs: [db] } }`,
    });
    await using proxy = await startProxy(engine.socket);
    const program = start(["run", "--json"], { cwd: folder.folder, env: { DOCKER_HOST: proxy.address } });
    await program.event((event) =>
      kind === "build"
        ? event.type === "node-progress" && /RUN sleep/.test(event.note)
        : event.type === "node-started" && event.node.kind === "suite",
    );
    const from = performance.now();
    proxy.cut();
    const ended = await program.ended;
    expect(performance.now() - from).toBeLessThan(30_000);
    expect(ended.code, ended.stdout + ended.stderr).toBe(3);
    const outcome = await latestOutcome(folder.folder);
    expect(outcome.status).toBe("failed");
    expect(outcome.problems).toHaveLength(1);
    expect(outcome.problems[0]?.code).toMatch(/^(ENGINE|AGENT)_/);
    expect(complaintsOf(ended)).toEqual([]);
    await eventually({ ask: () => left(name), until: nothingRuns, within: 5_000 });
  });
});

describe("the tool in three containers that share an engine's socket", () => {
  it("one is killed, one sweeps, and the third is not touched", async () => {
    const tool: Tool = await startTool({ engine, base: BASE });
    // The tests before have taken most of that minute; if not all of it, nobody can have swept what is that young.
    await wait(Math.max(0, createdAt + 61_000 - Date.now()));
    const waits = (name: string) => tool.run({ name, args: ["run", "--json"] });
    const suiteStarted = (program: ReturnType<typeof waits>) =>
      program.event((event) => event.type === "node-started" && event.node.kind === "suite");
    const [killed, third] = [waits("killed-tool"), waits("third-tool")];
    await Promise.all([suiteStarted(killed), suiteStarted(third)]);

    const claimRuns = (lines: string[]) => lines.some((line) => line.endsWith("-claim running"));
    for (const name of ["killed-tool", "third-tool"])
      await eventually({ ask: () => left(name), until: claimRuns, within: 10_000 });

    await engine.docker("kill", "killed-tool");
    await killed.ended;
    await eventually({
      ask: () => left("killed-tool"),
      until: (lines) => lines.length === 0,
      within: 5_000,
    });
    const before = await left("third-tool");

    await createOwned("starting-tool");
    // Its clock says that even what starts just now is minutes old.
    const swept = await tool.run({ name: "sweeping-tool", args: ["gc", "--json"], minutesAhead: 5 }).ended;
    expect(swept.code, swept.stderr).toBe(0);
    expect(await left("dead-tool")).toEqual([]);
    expect(await left("starting-tool")).toEqual(["starting-tool created"]);
    expect(await left("third-tool")).toEqual(before);

    const suite = (await left("third-tool")).find((line) => line.endsWith("-waits running"));
    await engine.docker("exec", suite?.split(" ")[0] ?? "", "touch", "/go");
    const ended = await third.ended;
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    expect(await left("third-tool")).toEqual([]);
  }, 180_000);
});
