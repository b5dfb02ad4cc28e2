import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { type Ended, startCommand } from "../program.ts";
import type { PipelineJob } from "./job.ts";

const run = promisify(execFile);

export interface Runner extends AsyncDisposable {
  /** Runs a pipeline's jobs, stage by stage, each in a container of its own with a fresh checkout, and gives what each did. */
  run(jobs: readonly PipelineJob[]): Promise<RanJob[]>;
}

export interface RanJob extends Ended {
  name: string;
  /** The checkout as the job left it. */
  folder: string;
}

/** Jobs share nothing but a registry and the artifacts that their files name. */
export async function createRunner(options: {
  /** A git repository. */
  source: string;
  image: string;
  /** Flags of `docker run`: the way to the jobs' engine. */
  flags: string[];
  /** Makes the engine ready for a job. They run one after the other, also those that a system would run side by side. */
  beforeEach: () => Promise<void>;
}): Promise<Runner> {
  const home = await mkdtemp(path.join(tmpdir(), "seatrial-e2e-jobs-"));
  const artifacts = path.join(home, "artifacts");
  await mkdir(artifacts);

  async function runJob(job: PipelineJob, index: number): Promise<RanJob> {
    const folder = path.join(home, `job-${job.stage}-${index}`);
    // As CI systems do, a commit is checked out, and no branch.
    await run("git", ["clone", "--quiet", options.source, folder]);
    await run("git", ["-C", folder, "checkout", "--quiet", "--detach"]);
    for (const { artifact, into } of job.takes) {
      const names = (await readdir(artifacts)).filter((name) => artifact.test(name));
      for (const name of names) {
        await cp(path.join(artifacts, name), path.join(folder, into), {
          recursive: true,
          verbatimSymlinks: true,
        });
      }
    }
    const env = Object.entries(job.env).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
    const argv = ["docker", "run", "--rm", "--network", "host", ...options.flags, ...env];
    const place = ["--volume", `${folder}:/project`, "--workdir", "/project", options.image];
    const script = job.script.join("\n");
    const ended = await startCommand([...argv, ...place, "bash", "-eo", "pipefail", "-c", script], {
      cwd: home,
    }).ended;
    for (const { artifact, base, paths } of job.keeps) {
      const target = path.join(artifacts, artifact);
      await mkdir(target, { recursive: true });
      const globs = paths.map((each) => path.relative(base, each.replace(/\/\*\*$/, "")) || ".");
      const copy = `shopt -s nullglob; for path in ${globs.join(" ")}; do if [ -e "$path" ]; then cp -a --parents "$path" "$0"; fi; done`;
      const from = path.join(folder, base);
      await mkdir(from, { recursive: true });
      await run("bash", ["-c", copy, target], { cwd: from });
    }
    return { ...ended, name: job.name, folder };
  }

  async function runStage(jobs: readonly PipelineJob[]): Promise<RanJob[]> {
    const ended: RanJob[] = [];
    for (const [index, job] of jobs.entries()) {
      await options.beforeEach();
      ended.push(await runJob(job, index));
    }
    return ended;
  }

  return {
    async run(jobs) {
      const ran: RanJob[] = [];
      for (const stage of [...new Set(jobs.map((job) => job.stage))].sort()) {
        const ended = await runStage(jobs.filter((job) => job.stage === stage));
        ran.push(...ended);
        if (ended.some(({ code }) => code !== 0)) break;
      }
      return ran;
    },
    async [Symbol.asyncDispose]() {
      await rm(home, { recursive: true, force: true });
    },
  };
}
