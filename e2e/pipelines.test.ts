import { execFile } from "node:child_process";
import { access, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { Outcome } from "seatrial";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commit } from "./support/checkout.ts";
import { docker } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { githubJobs } from "./support/pipelines/github.ts";
import { gitlabJobs } from "./support/pipelines/gitlab.ts";
import { jenkinsJobs } from "./support/pipelines/jenkins.ts";
import type { PipelineJob, Settings } from "./support/pipelines/job.ts";
import { createRunner, type RanJob } from "./support/pipelines/run-jobs.ts";
import { ROOT, seatrial } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";
import { type PrivateRegistry, privateRegistry } from "./support/registry.ts";
import { type SecondEngine, startSecondEngine } from "./support/second-engine.ts";

const CI_IMAGE = "seatrial-e2e-ci";
const named = projectNames("pipelines");
let registry: PrivateRegistry;
let keys: TestProject;

beforeAll(async () => {
  await promisify(execFile)("make", ["ci-image"], { cwd: ROOT, env: { ...process.env, CI_IMAGE } });
  registry = await privateRegistry();
  keys = await project({});
  await seatrial(["key", "new", "--no-passphrase", "--out", "ci.key"], { cwd: keys.folder });
}, 600_000);
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await keys[Symbol.asyncDispose]();
});

/** The example under a name of its own, as a git repository with the pipeline that `seatrial ci` writes for it. */
async function example(system: string): Promise<{ source: TestProject; text: string; sha: string }> {
  const source = await project({}, { from: `${ROOT}/examples/go-redis` });
  const config = await readFile(`${source.folder}/seatrial.yaml`, "utf8");
  // One suite in two jobs, as larger projects have them.
  const sharded = config.replace("    needs: [redis]", "    shards: 2\n    needs: [redis]");
  await source.write("seatrial.yaml", sharded.replace("name: linkly", `name: ${named(system)}`));
  const ended = await seatrial(["ci", system, "--ci-image", CI_IMAGE, "--output", "pipeline"], {
    cwd: source.folder,
  });
  expect(ended.code, ended.stderr).toBe(0);
  return {
    source,
    text: await readFile(`${source.folder}/pipeline`, "utf8"),
    sha: await commit(source.folder),
  };
}

async function settings(team: string): Promise<Settings> {
  const key = await readFile(`${keys.folder}/ci.key`, "utf8");
  return { registry: `${registry.host}/${team}`, user: "ci", password: "secret", key };
}

interface Pushed {
  images: { target: string; digest: string; imageId: string }[];
}

/** What is in the registry is what each job says it tested, and what the build job pushed. */
async function expectSameImage(
  ran: readonly RanJob[],
  jobs: readonly PipelineJob[],
  options: { team: string; sha: string },
) {
  for (const job of ran) expect(job.code, `${job.name}\n${job.stdout}\n${job.stderr}`).toBe(0);
  expect(ran.map(({ name }) => name)).toEqual(jobs.map(({ name }) => name));
  const [build, ...others] = ran;
  const pushed = JSON.parse(await readFile(`${build?.folder}/.seatrial/images.json`, "utf8")) as Pushed;
  const released = pushed.images.find(({ target }) => target === "release");
  const trials = others.slice(0, -2);
  expect(trials).toHaveLength(4);
  for (const { folder, name } of trials) {
    const outcome = JSON.parse(await readFile(`${folder}/.seatrial/latest/outcome.json`, "utf8")) as Outcome;
    for (const image of outcome.images) {
      const same = pushed.images.find(({ target }) => target === image.target);
      expect(image.imageId, `${name}: ${image.target}`).toBe(same?.imageId);
    }
    expect(outcome.build?.steps ?? 0, name).toBe(0);
    expect(outcome.source.dirty, name).toBe(false);
    expect(outcome.suites.length + Number(outcome.check !== undefined), name).toBe(1);
  }
  const [coverage, release] = others.slice(-2);
  // All suites together, of which no job judges more than its own.
  expect(coverage?.stdout).toContain("✔ In total: ");
  await access(`${coverage?.folder}/.seatrial/coverage-report/html/index.html`);
  expect(await recordedDigests(release?.folder ?? "")).toContain(released?.digest);
  for (const tag of [options.sha, "trunk", "latest"]) {
    const manifest = await registry.get(`/v2/${options.team}/linkly/manifests/${tag}`);
    expect(manifest.digest, tag).toBe(released?.digest);
    expect((manifest.json["config"] as { digest: string }).digest).toBe(released?.imageId);
  }
  const reference = `${registry.host}/${options.team}/linkly:latest`;
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

describe("against the engine's socket", () => {
  const flags = ["--volume", "/var/run/docker.sock:/var/run/docker.sock"];

  it("the jobs' image has all that seatrial needs", async () => {
    const place = ["--volume", `${ROOT}/examples/go-redis:/project:ro`, "--workdir", "/project"];
    const said = await docker("run", "--rm", ...flags, ...place, CI_IMAGE, "seatrial", "doctor");
    expect(said.match(/^✔ \w+/gm)).toEqual(["✔ engine", "✔ agent", "✔ buildx", "✔ compose", "✔ project"]);
  });

  it("GitHub's workflow builds, tests in parallel jobs, and releases one image", async () => {
    const { source, text, sha } = await example("github");
    await using _source = source;
    await using runner = await createRunner({ source: source.folder, image: CI_IMAGE, flags });
    const jobs = githubJobs(text, await settings("github"));
    await expectSameImage(await runner.run(jobs), jobs, { team: "github", sha });
  }, 600_000);

  it("Jenkins' pipeline builds, tests in parallel cells, and releases one image", async () => {
    const { source, text, sha } = await example("jenkins");
    await using _source = source;
    await using runner = await createRunner({ source: source.folder, image: CI_IMAGE, flags });
    const jobs = await jenkinsJobs(text, await settings("jenkins"));
    await expectSameImage(await runner.run(jobs), jobs, { team: "jenkins", sha });
  }, 600_000);
});

/** What the engine of a job would pull from their publishers, where it can reach them. */
const PUBLIC = ["golang:1.24", "redis:8"];

describe("against Docker in Docker, over TLS", () => {
  let engine: SecondEngine;
  beforeAll(async () => {
    engine = await startSecondEngine({ port: Number(registry.host.split(":")[1]) });
    for (const image of PUBLIC) await engine.load(image);
  }, 300_000);
  afterAll(() => engine?.[Symbol.asyncDispose]());

  it("GitLab's pipeline has an empty engine for each job, and releases the image that an earlier pipeline would have", async () => {
    const { source, text, sha } = await example("gitlab");
    await using _source = source;
    const own = await settings("gitlab");
    // What an earlier pipeline left: caches. The second engine cannot reach the Go modules' proxy.
    const earlier = await seatrial(["build", "--push"], {
      cwd: source.folder,
      env: { ...registry.env, REGISTRY: own.registry },
    });
    expect(earlier.code, earlier.stdout + earlier.stderr).toBe(0);
    const before = JSON.parse(await readFile(`${source.folder}/.seatrial/images.json`, "utf8")) as Pushed;

    const certificates = engine.env["DOCKER_CERT_PATH"] ?? "";
    const flags = ["--add-host", `docker:${engine.address}`, "--volume", `${certificates}:/certs/client:ro`];
    const beforeEach = () => engine.empty({ keep: PUBLIC });
    await using runner = await createRunner({ source: source.folder, image: CI_IMAGE, flags, beforeEach });
    const jobs = gitlabJobs(text, own);
    expect(jobs[0]?.env).toMatchObject({ DOCKER_HOST: "tcp://docker:2376", DOCKER_TLS_VERIFY: "1" });
    const ran = await runner.run(jobs);
    await expectSameImage(ran, jobs, { team: "gitlab", sha });
    const file = path.join(ran[0]?.folder ?? "", ".seatrial/images.json");
    expect((JSON.parse(await readFile(file, "utf8")) as Pushed).images).toEqual(before.images);
    expect(ran[0]?.stdout).toMatch(/\((\d+) of \1 steps cached\)/);
    // The candidates came from the registry, with the job's own login.
    for (const { name, folder } of ran.slice(1, -2)) {
      const events = await readFile(`${folder}/.seatrial/latest/events.ndjson`, "utf8");
      expect(events, name).toContain(`pulling ${own.registry}/linkly@sha256:`);
    }
  }, 600_000);
});
