import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { commit } from "./support/checkout.ts";
import { actionlint, gitlabCiLocal } from "./support/ci-tools.ts";
import { githubJobs } from "./support/pipelines/github.ts";
import { inOneFile, oneOfEachKind } from "./support/pipelines/gitlab.ts";
import {
  type Call,
  find,
  readJenkinsfile,
  readJenkinsfiles,
  stagesFor,
} from "./support/pipelines/jenkins.ts";
import { TRUNK } from "./support/pipelines/job.ts";
import { variants } from "./support/pipelines/variants.ts";
import { ROOT, seatrial, startCommand } from "./support/program.ts";
import { project } from "./support/project.ts";

const EXAMPLES = ["go-redis", "go-postgres", "flask-webpack", "fastapi-poetry"];
const run = promisify(execFile);

/** Each is asked for once. */
const texts = new Map<string, Promise<string>>();

function pipelineOf(example: string, system: string): Promise<string> {
  const key = `${example} ${system}`;
  const text = texts.get(key) ?? write(example, system);
  texts.set(key, text);
  return text;
}

async function write(example: string, system: string): Promise<string> {
  const ended = await seatrial(["ci", system, "--dry-run"], { cwd: `${ROOT}/examples/${example}` });
  expect(ended.code, ended.stderr).toBe(0);
  return ended.stdout;
}

/** Those of the examples, and of projects that are unlike them, by name. */
async function allPipelines(system: Parameters<typeof variants>[0]): Promise<[string, string][]> {
  const ofExamples = EXAMPLES.map(
    async (example): Promise<[string, string]> => [example, await pipelineOf(example, system)],
  );
  return [...(await Promise.all(ofExamples)), ...variants(system)];
}

async function listJobs(text: string) {
  await using folder = await project({ ".gitlab-ci.yml": text });
  await commit(folder.folder);
  const [file = "", ...args] = await gitlabCiLocal();
  return await startCommand([file, ...args, "--list"], { cwd: folder.folder }).ended;
}

async function lint(files: readonly [string, string][]): Promise<void> {
  const named = files.map(([name, text]) => [`${name}.yml`, text] as const);
  await using folder = await project(Object.fromEntries(named));
  await run(
    await actionlint(),
    named.map(([name]) => name),
    { cwd: folder.folder },
  );
}

// Each tool is asked about all of them at once: to start one takes longer than to read a file.
describe("the pipelines of all examples, and of projects that have what these have not,", () => {
  it("pass GitLab's schema", async () => {
    const files = await allPipelines("gitlab");
    // All jobs at once, and what stands beside jobs as each kind of file has it.
    const [whole, ...raw] = await Promise.all([inOneFile(files), ...oneOfEachKind(files)].map(listJobs));
    for (const [name] of files) expect(whole?.stdout).toContain(`${name}: build `);
    expect(raw.length).toBeGreaterThan(1);
    for (const ended of [whole, ...raw]) {
      expect(ended?.code, `${ended?.stdout}${ended?.stderr}`).toBe(0);
      expect(ended?.stderr).toContain("json schema validated");
    }
  });

  it("pass actionlint", async () => {
    await lint(await allPipelines("github"));
  });

  it("are Groovy for Jenkins, and have sections only where a declarative pipeline may have them", async () => {
    const files = await allPipelines("jenkins");
    const variables = { COMMAND: "test unit --shard 1/2" };
    const trees = await readJenkinsfiles(files.map(([, text]) => ({ text, variables })));
    expect(trees).toHaveLength(files.length);
    for (const [index, [pipeline, ...others]] of trees.entries()) {
      const name = files[index]?.[0];
      expect(others, name).toEqual([]);
      expect(pipeline?.name, name).toBe("pipeline");
      expect(misplaced(pipeline?.body ?? [], "pipeline"), name).toEqual([]);
      for (const stage of find(pipeline?.body, "stage"))
        expect(stage.args, name).toEqual([expect.any(String)]);
    }
  });
});

describe("a release takes place on the default branch and for a tag, and on no other branch:", () => {
  const settings = { registry: "", user: "", password: "", key: "" };
  const refs = [
    [TRUNK, true],
    [{ type: "branch", name: "feature/trunk" }, false],
    [{ type: "tag", name: "v1" }, true],
  ] as const;

  it.each(refs)("GitHub's workflow, for %o: %s", async (ref, releases) => {
    const jobs = githubJobs(await pipelineOf("go-redis", "github"), settings, ref);
    expect(jobs.map(({ name }) => name).includes("release")).toBe(releases);
    expect(jobs).toHaveLength(releases ? 6 : 5);
  });

  it("Jenkins' pipeline", async () => {
    // Outside of a clone it is git's own setting that says which branch is the default one.
    const text = (await pipelineOf("go-redis", "jenkins")).replace(/branch '\w+'/, "branch 'trunk'");
    const tree = await readJenkinsfile(text);
    for (const [ref, releases] of refs) {
      const stages = stagesFor(tree, ref).map(({ args }) => args?.[0]);
      expect(stages, ref.name).toEqual(["build", "test", "coverage", ...(releases ? ["release"] : [])]);
    }
  });
});

describe("what holds them to that refuses a pipeline which is wrong:", () => {
  it("GitLab's schema", async () => {
    const text = await pipelineOf("go-redis", "gitlab");
    const wrong = text
      .replace("stage: test", "stag: test")
      .replace("\n  before_script:", "\n  before_scripts:");
    const ended = await listJobs(wrong);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("'stag' property is not expected");
    expect(ended.stderr).toContain("'before_scripts' property is not expected");
  });

  it("actionlint", async () => {
    const [, ...others] = await allPipelines("github");
    const text = await pipelineOf("go-redis", "github");
    const wrong: [string, string] = ["wrong", text.replace("needs: build", "needs: biuld")];
    await expect(lint([...others, wrong])).rejects.toMatchObject({
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
