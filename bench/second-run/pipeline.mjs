// A pipeline's jobs, one after the other: each in a checkout of its own, with a login of its own and what earlier stages left.
import { appendFile, cp, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../command.mjs";
import { failIfStopped } from "../stop.mjs";

/** Runs them in `folder`, which keeps the checkouts and what each command printed; returns milliseconds by the name of the job. */
export async function runPipeline({ source, jobs, registry, folder }) {
  const times = {};
  const before = [];
  for (const { name, stage, artifacts = [], commands } of jobs) {
    const begun = performance.now();
    const checkout = join(folder, name);
    const log = join(folder, `${name}.log`);
    await mkdir(folder, { recursive: true });
    await run("git", ["clone", "--quiet", source, checkout]);
    for (const each of before.filter((each) => each.stage < stage)) await bring(each, checkout);
    const config = join(folder, `${name}.docker`);
    await registry.logIn(config);
    const env = { ...process.env, ...registry.env, DOCKER_CONFIG: config };
    for (const [command, ...args] of commands) {
      failIfStopped();
      await logged({ command, args, log, cwd: checkout, env });
    }
    before.push({ stage, checkout, artifacts });
    times[name] = performance.now() - begun;
  }
  return times;
}

/** Copies what a job left and hands on. */
async function bring({ checkout, artifacts }, folder) {
  for (const pattern of artifacts)
    for (const each of await matching(checkout, pattern))
      await cp(join(checkout, each), join(folder, each), { recursive: true });
}

/** The files and folders below `root` that a path names, in which `*` stands for any one name. */
async function matching(root, pattern) {
  let found = [""];
  for (const part of pattern.split("/").filter(Boolean)) {
    const next = found.map(async (folder) => {
      const names = await readdir(join(root, folder)).catch(() => []);
      return names.filter((name) => part === "*" || part === name).map((name) => join(folder, name));
    });
    found = (await Promise.all(next)).flat();
  }
  return found;
}

async function logged({ command, args, log, cwd, env }) {
  const begun = performance.now();
  const note = (output) => {
    const seconds = ((performance.now() - begun) / 1000).toFixed(2);
    return appendFile(log, `$ ${[command, ...args].join(" ")}   # ${seconds} s\n${output}\n`);
  };
  try {
    await note(await run(command, args, { cwd, env }));
  } catch (error) {
    await note(error.message);
    throw error;
  }
}
