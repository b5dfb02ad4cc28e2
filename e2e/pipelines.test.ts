import { execFile } from "node:child_process";
import { access, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { Outcome } from "seatrial";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { docker } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { githubJobs } from "./support/pipelines/github.ts";
import { gitlabJobs } from "./support/pipelines/gitlab.ts";
import { jenkinsJobs } from "./support/pipelines/jenkins.ts";
import type { PipelineJob, Ref, Settings } from "./support/pipelines/job.ts";
import { createRunner, type RanJob } from "./support/pipelines/run-jobs.ts";
import { TILL_BASE, till } from "./support/pipelines/till.ts";
import { ROOT, seatrial } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";
import { type PrivateRegistry, privateRegistry } from "./support/registry.ts";
import { type SecondEngine, startSecondEngine } from "./support/second-engine.ts";

const run = promisify(execFile);
const CI_IMAGE = "seatrial-e2e-ci";
const named = projectNames("pipelines");
let registry: PrivateRegistry;
let keys: TestProject;
/** The base of the images, where the engines of jobs and their publishers' registry would be one network away. */
let base: string;

beforeAll(async () => {
  await run("make", ["ci-image"], { cwd: ROOT, env: { ...process.env, CI_IMAGE, CI_IMAGE_AGENTS: "own" } });
  registry = await privateRegistry();
  keys = await project({});
  await seatrial(["key", "new", "--no-passphrase", "--out", "ci.key"], { cwd: keys.folder });
  base = `${registry.host}/base/${TILL_BASE}`;
  await docker("tag", TILL_BASE, base);
  await docker("--config", registry.env["DOCKER_CONFIG"] ?? "", "push", "--quiet", base);
}, 600_000);
afterAll(async () => {
  await docker("image", "rm", base);
  await registry[Symbol.asyncDispose]();
  await keys[Symbol.asyncDispose]();
});

async function settings(team: string): Promise<Settings> {
  const key = await readFile(`${keys.folder}/ci.key`, "utf8");
  return { registry: `${registry.host}/${team}`, user: "ci", password: "secret", key };
}

interface Pushed {
  images: { target: string; digest: string; imageId: string }[];
}

async function pushedBy(build: RanJob | undefined, folder = ""): Promise<Pushed["images"]> {
  const text = await readFile(path.join(build?.folder ?? "", folder, ".seatrial/images.json"), "utf8");
  return (JSON.parse(text) as Pushed).images;
}

/** What is in the registry is what each job says it tested, and what the build job pushed. */
async function expectSameImage(
  ran: readonly RanJob[],
  jobs: readonly PipelineJob[],
  options: { team: string; tags: string[]; folder?: string },
) {
  const { team, folder = "" } = options;
  for (const job of ran) expect(job.code, `${job.name}\n${job.stdout}\n${job.stderr}`).toBe(0);
  expect(ran.map(({ name }) => name)).toEqual(jobs.map(({ name }) => name));
  const [build, ...others] = ran;
  const pushed = await pushedBy(build, folder);
  const released = pushed.find(({ target }) => target === "release");
  const trials = others.slice(0, -2);
  expect(trials).toHaveLength(4);
  const pulled = new Set<string>();
  for (const trial of trials) {
    const latest = path.join(trial.folder, folder, ".seatrial/latest");
    const outcome = JSON.parse(await readFile(`${latest}/outcome.json`, "utf8")) as Outcome;
    for (const image of outcome.images) {
      const same = pushed.find(({ target }) => target === image.target);
      expect(image.imageId, `${trial.name}: ${image.target}`).toBe(same?.imageId);
    }
    expect(outcome.build?.steps ?? 0, trial.name).toBe(0);
    expect(outcome.source.dirty, trial.name).toBe(false);
    expect(outcome.suites.length + Number(outcome.check !== undefined), trial.name).toBe(1);
    const events = await readFile(`${latest}/events.ndjson`, "utf8");
    for (const [, digest = ""] of events.matchAll(/pulling [^"]+\/till@(sha256:\w+)"/g)) pulled.add(digest);
  }
  // No engine had them any more: they came from the registry, with the jobs' own login.
  expect([...pulled].sort()).toEqual(pushed.map(({ digest }) => digest).sort());
  const [coverage, release] = others.slice(-2);
  // All suites together, of which no job judges more than its own.
  expect(coverage?.stdout).toContain("✔ In total: 100 %");
  const report = ".seatrial/coverage-report/html/index.html";
  await access(path.join(coverage?.folder ?? "", folder, report));
  expect(await recordedDigests(path.join(release?.folder ?? "", folder))).toContain(released?.digest);
  const { json } = await registry.get(`/v2/${team}/till/tags/list`);
  const named = (json["tags"] as string[]).filter((tag) => !/^(cache|candidate|sha256)-/.test(tag));
  expect(named.sort()).toEqual(options.tags.sort());
  for (const tag of options.tags) {
    const manifest = await registry.get(`/v2/${team}/till/manifests/${tag}`);
    expect(manifest.digest, tag).toBe(released?.digest);
    expect((manifest.json["config"] as { digest: string }).digest).toBe(released?.imageId);
  }
  const reference = `${registry.host}/${team}/till:latest`;
  const verified = await seatrial(["verify", reference, "--key", `${keys.folder}/ci.pub`], {
    cwd: keys.folder,
    env: registry.env,
  });
  expect(verified.code, verified.stdout + verified.stderr).toBe(0);
}

/** What the build recorded as pushed, as the job has it that releases. */
async function recordedDigests(folder: string): Promise<string[]> {
  const runs = path.join(folder, ".seatrial/runs");
  const outcomes = await Promise.all(
    (await readdir(runs)).map(async (run) => {
      const text = await readFile(path.join(runs, run, "outcome.json"), "utf8");
      return JSON.parse(text) as Outcome;
    }),
  );
  return outcomes.flatMap(({ pushed = [] }) => pushed.map(({ digest }) => digest));
}

it("the jobs' image has all that seatrial needs", async () => {
  const engine = ["--volume", "/var/run/docker.sock:/var/run/docker.sock"];
  const place = ["--volume", `${ROOT}/examples/go-redis:/project:ro`, "--workdir", "/project"];
  const said = await docker("run", "--rm", ...engine, ...place, CI_IMAGE, "seatrial", "doctor");
  expect(said.match(/^✔ \w+/gm)).toEqual(["✔ engine", "✔ agent", "✔ buildx", "✔ compose", "✔ project"]);
});

describe("with an empty engine for each job", () => {
  let engine: SecondEngine;
  beforeAll(async () => {
    engine = await startSecondEngine({ port: Number(registry.host.split(":")[1]) });
    await engine.docker("--config", registry.env["DOCKER_CONFIG"] ?? "", "pull", "--quiet", base);
    await engine.docker("tag", base, TILL_BASE);
  }, 300_000);
  afterAll(() => engine?.[Symbol.asyncDispose]());

  /** Runs jobs that find the engine by these flags of `docker run`. */
  async function runnerOf(source: TestProject, flags: string[]) {
    const beforeEach = () => engine.empty({ keep: [TILL_BASE] });
    return await createRunner({ source: source.folder, image: CI_IMAGE, flags, beforeEach });
  }
  const itsSocket = () => ["--volume", `${engine.socket}:/var/run/docker.sock`];

  it("GitHub's workflow builds, tests in parallel jobs, and releases one image, by the engine's socket", async () => {
    await using made = await till({ name: named("github"), system: "github", image: CI_IMAGE });
    const { source, pipeline, sha } = made;
    await using runner = await runnerOf(source, itsSocket());
    const jobs = githubJobs(pipeline, await settings("github"));
    const ran = await runner.run(jobs);
    await expectSameImage(ran, jobs, { team: "github", tags: [sha, "trunk", "latest"] });
  }, 600_000);

  it("Jenkins' pipeline for a tag builds, tests in parallel cells, and releases one image under the tag's name, by the engine's socket", async () => {
    await using made = await till({ name: named("jenkins"), system: "jenkins", image: CI_IMAGE });
    const { source, pipeline, sha } = made;
    const tag: Ref = { type: "tag", name: "v1.2.0" };
    await run("git", ["-C", source.folder, "tag", tag.name]);
    await using runner = await runnerOf(source, itsSocket());
    const jobs = await jenkinsJobs(pipeline, await settings("jenkins"), tag);
    const ran = await runner.run(jobs);
    await expectSameImage(ran, jobs, { team: "jenkins", tags: [sha, tag.name, "latest"] });
  }, 600_000);

  it("GitLab's pipeline of a project in a folder releases the image that an earlier pipeline would have, by Docker in Docker over TLS", async () => {
    const folder = "services/till";
    await using made = await till({ name: named("gitlab"), system: "gitlab", image: CI_IMAGE, folder });
    const { source, cwd, pipeline, sha } = made;
    const own = await settings("gitlab");
    // What an earlier pipeline left: caches.
    const earlier = await seatrial(["build", "--push"], {
      cwd,
      env: { ...registry.env, REGISTRY: own.registry },
    });
    expect(earlier.code, earlier.stdout + earlier.stderr).toBe(0);
    const before = JSON.parse(await readFile(`${cwd}/.seatrial/images.json`, "utf8")) as Pushed;

    const certificates = engine.env["DOCKER_CERT_PATH"] ?? "";
    const flags = ["--add-host", `docker:${engine.address}`, "--volume", `${certificates}:/certs/client:ro`];
    await using runner = await runnerOf(source, flags);
    const jobs = gitlabJobs(pipeline, own);
    expect(jobs[0]?.env).toMatchObject({ DOCKER_HOST: "tcp://docker:2376", DOCKER_TLS_VERIFY: "1" });
    const ran = await runner.run(jobs);
    await expectSameImage(ran, jobs, { team: "gitlab", tags: [sha, "trunk", "latest"], folder });
    expect(await pushedBy(ran[0], folder)).toEqual(before.images);
    expect(ran[0]?.stdout).toMatch(/\((\d+) of \1 steps cached\)/);
  }, 600_000);
});
