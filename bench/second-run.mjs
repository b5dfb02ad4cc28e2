// The whole pipeline of an example: from scratch, again unchanged, and after a changed line of Python; against the same stages as a script.
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./command.mjs";
import { conditions } from "./conditions.mjs";
import { startLoginRegistry } from "./login-registry.mjs";
import { measure, median, range, table, time } from "./measure.mjs";
import { byScript } from "./second-run/by-script.mjs";
import { bySeatrial } from "./second-run/by-seatrial.mjs";
import { changeLine, commit, copyExample, fromScratch } from "./second-run/example.mjs";
import { runPipeline } from "./second-run/pipeline.mjs";
import { stopped } from "./stop.mjs";

const COMPARISONS = [
  {
    key: "scratch",
    title:
      "Every step of the build runs; what is kept are base images, the cache mounts of pip and npm, snapshots and the agent",
    change: fromScratch,
  },
  { key: "unchanged", title: "Again, another commit of the same tree", change: async () => undefined },
  { key: "changed", title: "After one changed line of Python", change: changeLine },
];
/** A round that takes so many times the median leaves what it printed. */
const SLOW = 3;

export async function secondRun({ rounds = 5, dryRun = false } = {}) {
  const id = randomBytes(3).toString("hex");
  const name = `bench-second-run-${id}`;
  const home = await mkdtemp(join(tmpdir(), "seatrial-bench-second-run-"));
  if (dryRun) return await showPlan({ home, name });
  const kept = [];
  let registry;
  let contestants = [];
  try {
    registry = await startLoginRegistry("second-run");
    contestants = await contestantsIn({ home, name, host: registry.host });
    const bench = { home, name, registry, rounds, kept };
    const parts = [];
    for (const comparison of COMPARISONS) parts.push(await compare(contestants, bench, comparison));
    return [
      ...parts,
      "All jobs had one engine, which keeps what it has: the build's caches in the registry were written, and never read. What they save an engine that starts empty is not in these figures.",
      ...kept.map((folder) => `A round took more than ${SLOW} times the median; what it printed: ${folder}`),
      await conditions(),
    ].join("\n\n");
  } catch (error) {
    if (stopped.aborted || contestants.length === 0) throw error;
    kept.push(home);
    throw new Error(`a round failed; what it printed is the newest folder in ${home}`, { cause: error });
  } finally {
    for (const { forget } of contestants) await forget().catch((error) => console.error(error.message));
    const pushed =
      registry === undefined ? [] : ["lendly", "script"].map((each) => `${registry.host}/${name}/${each}`);
    await removeImages([`seatrial/${name}`, ...pushed]);
    await registry?.end();
    if (kept.length === 0) await rm(home, { recursive: true, force: true });
  }
}

async function contestantsIn({ home, name, host }) {
  const [ours, theirs] = [join(home, "seatrial"), join(home, "script")];
  for (const folder of [ours, theirs]) await copyExample(folder, { name });
  const image = `${host}/${name}/script`;
  return [await bySeatrial(ours), await byScript(theirs, { image, project: name })];
}

/** Which commands each job has, and whether both know what to do with the example. */
async function showPlan({ home, name }) {
  try {
    const contestants = await contestantsIn({ home, name, host: "localhost:5000" });
    for (const { folder, plan } of contestants) await run(plan[0], plan.slice(1), { cwd: folder });
    return contestants
      .flatMap(({ name, jobs }) =>
        jobs.flatMap((job) => job.commands.map((words) => `${name}, ${job.name}: ${words.join(" ")}`)),
      )
      .join("\n");
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function compare(contestants, { home, name, registry, rounds, kept }, { key, title, change }) {
  const jobTimes = {};
  const env = { REGISTRY: `${registry.host}/${name}` };
  const place = (contestant, round) => join(home, key, contestant, `${round}`);
  const times = await measure({
    rounds,
    contestants: contestants.map((contestant) => ({
      name: contestant.name,
      prepare: async () => {
        await change(contestant.folder);
        await commit(contestant.folder);
      },
      run: async (round) => {
        const { folder: source, jobs } = contestant;
        const folder = place(contestant.name, round);
        const took = await runPipeline({ source, jobs, registry: { ...registry, env }, folder });
        if (round > 0) addTimes(jobTimes, contestant.name, took);
      },
    })),
    onRound: (round) => console.error(`${title}: round ${round} of ${rounds}`),
  });
  for (const [contestant, values] of Object.entries(times)) {
    for (const round of await readdir(join(home, key, contestant))) {
      const isSlow = values[Number(round) - 1] > SLOW * median(values);
      if (isSlow) kept.push(place(contestant, round));
      else await rm(place(contestant, round), { recursive: true, force: true });
    }
  }
  return [`### ${title}`, table(times), ratios(times), jobTable(jobTimes)].join("\n\n");
}

function addTimes(all, contestant, took) {
  for (const [job, duration] of Object.entries(took)) {
    all[job] ??= {};
    all[job][contestant] ??= [];
    all[job][contestant].push(duration);
  }
}

/** Rounds are pairs: what slows the machine down slows both. */
function ratios(times) {
  const [ours, theirs] = Object.values(times);
  const pairs = ours.map((value, round) => value / theirs[round]);
  const spread = [Math.min(...pairs), Math.max(...pairs)].map((value) => value.toFixed(2));
  return `seatrial takes ${median(pairs).toFixed(2)} of the script's time: the median of ${pairs.length} pairs, of which the least is ${spread[0]} and the greatest ${spread[1]}.`;
}

function jobTable(jobTimes) {
  const cell = (values) => `${time(median(values))} (${range(values)})`;
  return [
    "| job | seatrial: median (min–max) | the script: median (min–max) |",
    "| --- | --- | --- |",
    ...Object.entries(jobTimes).map(
      ([job, { seatrial, script }]) => `| ${job} | ${cell(seatrial)} | ${cell(script)} |`,
    ),
  ].join("\n");
}

async function removeImages(repositories) {
  for (const repository of repositories) {
    const found = (await run("docker", ["images", "--quiet", repository])).split("\n").filter(Boolean);
    if (found.length > 0)
      await run("docker", ["image", "rm", "--force", ...new Set(found)]).catch(() => undefined);
  }
}
