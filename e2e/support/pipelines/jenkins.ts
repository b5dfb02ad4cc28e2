import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { groovy } from "../ci-tools.ts";
import type { PipelineJob, Ref, Settings } from "./job.ts";

const run = promisify(execFile);
const READER = path.join(import.meta.dirname, "read-jenkinsfiles.groovy");

/** What stands in a Jenkinsfile: a call, or something that is given a value. */
export interface Call {
  name: string;
  args?: (string | number | Record<string, string>)[];
  body?: Call[];
  value?: Call | string;
}

/** Reads a Jenkinsfile with Jenkins' own Groovy. Fails when it is none. */
export async function readJenkinsfile(text: string): Promise<Call[]> {
  const [calls = []] = await readJenkinsfiles([{ text }]);
  return calls;
}

/** Reads several, all in one process. Fails when one of them is none. */
export async function readJenkinsfiles(
  files: readonly { text: string; variables?: Record<string, string> }[],
): Promise<Call[][]> {
  const folder = await mkdtemp(path.join(tmpdir(), "seatrial-e2e-"));
  try {
    const words = files.map(async ({ text, variables = {} }, index) => {
      const file = `${folder}/Jenkinsfile${index}`;
      await writeFile(file, text);
      return [file, ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)];
    });
    const [java = "", ...args] = await groovy();
    const { stdout } = await run(java, [...args, READER, ...(await Promise.all(words)).flat()]);
    return JSON.parse(stdout) as Call[][];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** All calls of a name, however deep. */
export function find(calls: readonly Call[] = [], name: string): Call[] {
  return calls.flatMap((call) => [...(call.name === name ? [call] : []), ...find(call.body, name)]);
}

/** The stages of a pipeline that run for this ref; all of them where none is said. */
export function stagesFor(tree: readonly Call[], ref?: Ref): Call[] {
  const stages = find(tree, "pipeline")[0]?.body?.find(({ name }) => name === "stages")?.body ?? [];
  return stages.filter((stage) => ref === undefined || isWanted(stage, ref));
}

/** The jobs of a Jenkinsfile for a branch or a tag of a multibranch project: each stage, and each cell of a matrix. */
export async function jenkinsJobs(text: string, settings: Settings, ref: Ref): Promise<PipelineJob[]> {
  const jobs = stagesFor(await readJenkinsfile(text), ref).map(async (stage, index) => {
    const cells = find(stage.body, "values")[0]?.args ?? [];
    if (cells.length === 0) return [jobOf(stage, { index, settings, ref })];
    const variables = cells.map((cell) => ({ COMMAND: String(cell) }));
    const trees = await readJenkinsfiles(variables.map((own) => ({ text, variables: own })));
    return variables.map((own, cell) => {
      const [inner] = find([stagesFor(trees[cell] ?? [], ref)[index] ?? stage], "stages");
      const job = jobOf(inner?.body?.[0] ?? stage, { index, settings, ref });
      return { ...job, name: own.COMMAND, env: { ...job.env, ...own } };
    });
  });
  return (await Promise.all(jobs)).flat();
}

/** Whether the conditions of a stage's `when` hold. Fails for those that it does not know. */
function isWanted(stage: Call, ref: Ref): boolean {
  const when = stage.body?.find(({ name }) => name === "when")?.body;
  const holds = ({ name, args = [], body = [] }: Call): boolean => {
    if (name === "anyOf") return body.some(holds);
    if (name === "branch") return ref.type === "branch" && args[0] === ref.name;
    if (name === "buildingTag") return ref.type === "tag";
    throw new Error(`nobody knows ${name} in the when of ${stage.args?.[0]}`);
  };
  return when?.filter(({ name }) => name !== "beforeAgent").every(holds) ?? true;
}

function jobOf(
  stage: Call,
  { index, settings, ref }: { index: number; settings: Settings; ref: Ref },
): PipelineJob {
  const inside = (section: string) => find(stage.body, section)[0]?.body ?? [];
  const stashes = [...find(inside("steps"), "stash"), ...find(inside("post"), "stash")];
  return {
    name: String(stage.args?.[0]),
    stage: index,
    script: find(inside("steps"), "sh").map(({ args = [] }) => String(args[0])),
    env: {
      // Of a multibranch project; what the git plugin calls a branch is the tag where one is built.
      JENKINS_URL: "https://jenkins.example.com/",
      BUILD_NUMBER: "1",
      BRANCH_NAME: ref.name,
      GIT_BRANCH: ref.name,
      ...(ref.type === "tag" ? { TAG_NAME: ref.name } : { BRANCH_IS_PRIMARY: "true" }),
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
