import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { groovy } from "../ci-tools.ts";
import type { PipelineJob, Settings } from "./job.ts";

const run = promisify(execFile);
const READER = path.join(import.meta.dirname, "read-jenkinsfile.groovy");

/** What stands in a Jenkinsfile: a call, or something that is given a value. */
export interface Call {
  name: string;
  args?: (string | number | Record<string, string>)[];
  body?: Call[];
  value?: Call | string;
}

/** Reads a Jenkinsfile with Jenkins' own Groovy. Fails when it is none. */
export async function readJenkinsfile(text: string, variables: Record<string, string> = {}): Promise<Call[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "seatrial-e2e-"));
  try {
    await writeFile(`${folder}/Jenkinsfile`, text);
    const [file = "", ...args] = await groovy();
    const values = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const { stdout } = await run(file, [...args, READER, `${folder}/Jenkinsfile`, ...values]);
    return JSON.parse(stdout) as Call[];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** All calls of a name, however deep. */
export function find(calls: readonly Call[] = [], name: string): Call[] {
  return calls.flatMap((call) => [...(call.name === name ? [call] : []), ...find(call.body, name)]);
}

/** The jobs of a Jenkinsfile on the default branch: each stage, and each cell of a matrix. */
export async function jenkinsJobs(text: string, settings: Settings): Promise<PipelineJob[]> {
  const stagesOf = (tree: Call[]) =>
    find(tree, "pipeline")[0]?.body?.find(({ name }) => name === "stages")?.body ?? [];
  const jobs = stagesOf(await readJenkinsfile(text)).map(async (stage, index): Promise<PipelineJob[]> => {
    const cells = find(stage.body, "values")[0]?.args ?? [];
    if (cells.length === 0) return [jobOf(stage, { index, settings })];
    return await Promise.all(
      cells.map(async (cell) => {
        const COMMAND = String(cell);
        const [inner] = find([stagesOf(await readJenkinsfile(text, { COMMAND }))[index] ?? stage], "stages");
        const job = jobOf(inner?.body?.[0] ?? stage, { index, settings });
        return { ...job, name: COMMAND, env: { ...job.env, COMMAND } };
      }),
    );
  });
  return (await Promise.all(jobs)).flat();
}

function jobOf(stage: Call, { index, settings }: { index: number; settings: Settings }): PipelineJob {
  const inside = (section: string) => find(stage.body, section)[0]?.body ?? [];
  const stashes = [...find(inside("steps"), "stash"), ...find(inside("post"), "stash")];
  return {
    name: String(stage.args?.[0]),
    stage: index,
    script: find(inside("steps"), "sh").map(({ args = [] }) => String(args[0])),
    env: {
      // Of a multibranch project.
      GIT_BRANCH: "trunk",
      REGISTRY: settings.registry,
      REGISTRY_LOGIN_USR: settings.user,
      REGISTRY_LOGIN_PSW: settings.password,
      SEATRIAL_KEY: settings.key,
      HOME: "/tmp",
    },
    takes: find(inside("steps"), "unstash").map(({ args = [] }) => ({
      artifact: new RegExp(`^${String(args[0]).replace(/[^\w ]/g, "\\$&")}$`),
      into: ".",
    })),
    keeps: stashes.map(({ args = [] }) => {
      const { name = "", includes = "" } = args[0] as Record<string, string>;
      return { artifact: name, base: ".", paths: includes.split(", ") };
    }),
  };
}
