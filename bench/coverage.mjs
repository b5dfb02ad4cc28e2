// What it takes to make one text profile of many binary ones: ours, and Go's own tool, as whole programs.
import { spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleOurs } from "./coverage/bundle.mjs";
import { buildCommand, findGo, leaveProfiles } from "./coverage/programs.mjs";
import { measure, median, table } from "./measure.mjs";

const REAL = 1000;
const COPIES = 10;

export async function coverage({ rounds = 5 } = {}) {
  const home = await mkdtemp(join(tmpdir(), "seatrial-bench-"));
  try {
    const go = await findGo();
    const program = await buildCommand(go, { command: "go", mode: "atomic", output: join(home, "go") });
    const [few, many] = [join(home, "few"), join(home, "many")];
    await leaveProfiles(go, { program, folder: few, count: REAL });
    await copyProfiles(few, many);
    const ours = await bundleOurs(home);
    const sections = [];
    for (const folder of [few, many]) sections.push(await compare({ go, ours, folder, home, rounds }));
    return sections.join("\n\n");
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Each several times, as if other processes had left it. */
async function copyProfiles(from, to) {
  await mkdir(to);
  for (const name of await readdir(from)) {
    const [kind, hash, pid, time] = name.split(".");
    for (let copy = 0; copy < COPIES; copy += 1) {
      const named = pid === undefined ? name : `${kind}.${hash}.${Number(pid) + copy * 10_000_000}.${time}`;
      await copyFile(join(from, name), join(to, named));
    }
  }
}

async function compare({ go, ours, folder, home, rounds }) {
  const [mine, theirs] = [join(home, "ours.txt"), join(home, "theirs.txt")];
  const peaks = {};
  const contestant = (name, argv) => ({
    name,
    run: async (round) => {
      const peak = await peakOf(argv);
      if (round > 0) peaks[name] = [...(peaks[name] ?? []), peak];
    },
  });
  const covdata = `go tool covdata textfmt (${go.name})`;
  const times = await measure({
    rounds,
    contestants: [
      contestant("ours", [process.execPath, ours, "textfmt", mine, folder]),
      contestant(covdata, [go.covdata, "textfmt", `-i=${folder}`, `-o=${theirs}`]),
    ],
  });
  if (!(await readFile(mine)).equals(await readFile(theirs))) throw new Error(`${mine} is not ${theirs}`);
  const files = (await readdir(folder)).length - 1;
  const [ourPeak, theirPeak] = [peaks["ours"], peaks[covdata]].map(median);
  return [
    `### ${files} profiles`,
    table(times),
    `Peak memory: ours ${megabytes(ourPeak)}, theirs ${megabytes(theirPeak)}, ratio ${(ourPeak / theirPeak).toFixed(2)}. Both files have the same bytes.`,
  ].join("\n\n");
}

/** Runs a program to its end; its largest memory in kB, as the system counted it (GNU time). */
function peakOf(argv) {
  return new Promise((resolve, reject) => {
    const child = spawn("/usr/bin/time", ["-f", "%M", ...argv], { stdio: ["ignore", "ignore", "pipe"] });
    let output = "";
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0
        ? resolve(Number(output.trim().split("\n").at(-1)))
        : reject(new Error(`${argv[0]}: ${output}`)),
    );
  });
}

function megabytes(kilobytes) {
  return `${Math.round(kilobytes / 1024)} MB`;
}
