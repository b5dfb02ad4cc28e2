// A pipeline's jobs, one after the other: each in a checkout of its own, with a login of its own and what earlier stages left.
import { appendFile, cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../command.mjs";

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
    for (const [command, ...args] of commands) await logged({ command, args, log, cwd: checkout, env });
    before.push({ stage, checkout, artifacts });
    times[name] = performance.now() - begun;
  }
  return times;
}

async function bring({ checkout, artifacts }, folder) {
  for (const each of artifacts) await cp(join(checkout, each), join(folder, each), { recursive: true });
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
