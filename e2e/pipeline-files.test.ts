import { execFile } from "node:child_process";
import { mkdir, readFile, symlink } from "node:fs/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commit } from "./support/checkout.ts";
import { actionlint, gitlabCiLocal } from "./support/ci-tools.ts";
import { docker } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { type Call, find, readJenkinsfile } from "./support/pipelines/jenkins.ts";
import { PROGRAM, ROOT, seatrial, startCommand } from "./support/program.ts";
import { project } from "./support/project.ts";
import { type PrivateRegistry, privateRegistry } from "./support/registry.ts";

const EXAMPLES = ["go-redis", "go-postgres", "flask-webpack", "fastapi-poetry"];
const run = promisify(execFile);

async function pipelineOf(example: string, system: string): Promise<string> {
  const ended = await seatrial(["ci", system, "--dry-run"], { cwd: `${ROOT}/examples/${example}` });
  expect(ended.code, ended.stderr).toBe(0);
  return ended.stdout;
}

async function listJobs(text: string) {
  await using folder = await project({ ".gitlab-ci.yml": text });
  await commit(folder.folder);
  const [file = "", ...args] = await gitlabCiLocal();
  return await startCommand([file, ...args, "--list"], { cwd: folder.folder }).ended;
}

async function lint(text: string): Promise<void> {
  await using folder = await project({ "workflow.yml": text });
  await run(await actionlint(), ["workflow.yml"], { cwd: folder.folder });
}

describe.each(EXAMPLES)("the pipelines of examples/%s", (example) => {
  it("for GitLab pass GitLab's schema", async () => {
    const ended = await listJobs(await pipelineOf(example, "gitlab"));
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    expect(ended.stderr).toContain("json schema validated");
  });

  it("for GitHub pass actionlint", async () => {
    await lint(await pipelineOf(example, "github"));
  });

  it("for Jenkins are Groovy, and have sections only where a declarative pipeline may have them", async () => {
    const text = await pipelineOf(example, "jenkins");
    const [pipeline, ...others] = await readJenkinsfile(text, { COMMAND: "test unit --shard 1/2" });
    expect(others).toEqual([]);
    expect(pipeline?.name).toBe("pipeline");
    expect(misplaced(pipeline?.body ?? [], "pipeline")).toEqual([]);
    for (const stage of find(pipeline?.body, "stage")) expect(stage.args).toEqual([expect.any(String)]);
  });
});

describe("what holds them to that refuses a pipeline which is wrong:", () => {
  it("GitLab's schema", async () => {
    const text = await pipelineOf("go-redis", "gitlab");
    const ended = await listJobs(text.replace("stage: test", "stag: test"));
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("'stag' property is not expected");
  });

  it("actionlint", async () => {
    const text = await pipelineOf("go-redis", "github");
    await expect(lint(text.replace("needs: build", "needs: biuld"))).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining("biuld"),
    });
  });

  it("Groovy, and the sections of declarative pipelines", async () => {
    const text = await pipelineOf("go-redis", "jenkins");
    await expect(readJenkinsfile(text.replace("steps {", "steps "))).rejects.toThrow(/expecting|unexpected/);
    const moved = await readJenkinsfile(text.replace("  options {", "  steps {"));
    expect(misplaced(moved[0]?.body ?? [], "pipeline")).toEqual(["steps in pipeline"]);
  });
});

/** From Jenkins' reference of declarative pipelines: what may stand in each section. What is not listed holds steps or settings. */
const SECTIONS: Record<string, string[]> = {
  pipeline: ["agent", "options", "environment", "stages", "post"],
  stages: ["stage"],
  stage: ["agent", "options", "environment", "when", "steps", "matrix", "post"],
  matrix: ["axes", "agent", "stages"],
  axes: ["axis"],
  axis: ["name", "values"],
  post: ["always", "cleanup"],
  when: ["beforeAgent", "anyOf"],
  docker: ["image", "args"],
};

function misplaced(calls: readonly Call[], section: string): string[] {
  return calls.flatMap(({ name, body = [] }) => [
    ...(SECTIONS[section]?.includes(name) === false ? [`${name} in ${section}`] : []),
    ...misplaced(body, name),
  ]);
}

describe("gitlab-ci-local", () => {
  const name = projectNames("gitlab-ci-local")("linkly");
  let registry: PrivateRegistry;
  beforeAll(async () => {
    registry = await privateRegistry();
  });
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
  });

  it("runs GitLab's pipeline of the example to its release, each job in a shell", async () => {
    await using source = await project({}, { from: `${ROOT}/examples/go-redis` });
    const config = await readFile(`${source.folder}/seatrial.yaml`, "utf8");
    await source.write("seatrial.yaml", config.replace("name: linkly", `name: ${name}`));
    // Its socket variant, as docs/guide/gitlab.md has it.
    const text = await readFile(`${source.folder}/.gitlab-ci.yml`, "utf8");
    const socket = text
      .replace(/^ {2}services:\n(?: {4}.*\n)+?(?= {2}\w)/m, "")
      .replace(/^ {2}DOCKER_(HOST|TLS_\w+|CERT_PATH): .*\n/gm, "");
    expect(socket.split("\n").length).toBe(text.split("\n").length - 7);
    await source.write(".gitlab-ci.yml", socket);
    const sha = await commit(source.folder);
    // A clone knows the default branch.
    await using home = await project({});
    const cwd = `${home.folder}/checkout`;
    await run("git", ["clone", "--quiet", source.folder, cwd]);
    await mkdir(`${home.folder}/bin`);
    await symlink(PROGRAM, `${home.folder}/bin/seatrial`);
    const variables = {
      CI_REGISTRY: registry.host,
      CI_REGISTRY_IMAGE: `${registry.host}/team`,
      CI_REGISTRY_USER: "ci",
      CI_REGISTRY_PASSWORD: "secret",
      DOCKER_CONFIG: `${home.folder}/docker`,
    };
    const [file = "", ...args] = await gitlabCiLocal();
    const flags = ["--force-shell-executor", "--shell-isolation", "--home", home.folder].concat(
      Object.entries(variables).flatMap(([variable, value]) => ["--variable", `${variable}=${value}`]),
    );
    const env = { PATH: `${home.folder}/bin:${process.env["PATH"]}` };
    const ended = await startCommand([file, ...args, ...flags], { cwd, env }).ended;
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    for (const job of ["build", "test:unit", "test:integration", "check", "release"])
      expect(ended.stdout).toMatch(new RegExp(`PASS.* ${job}\\b`));
    const tags = await registry.get("/v2/team/linkly/tags/list");
    expect(tags.json["tags"]).toEqual(expect.arrayContaining([sha, "trunk", "latest"]));
  }, 300_000);
});
