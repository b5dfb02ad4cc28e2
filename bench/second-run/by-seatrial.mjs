// The jobs of the pipeline that `seatrial ci gitlab` wrote for the example, each command as it stands there.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const seatrial = join(dirname(fileURLToPath(import.meta.url)), "../../packages/seatrial/dist/main.js");
const STAGES = { build: 0, test: 1, check: 1, release: 2 };
/** Where the file says what jobs of each stage leave for later ones. */
const ARTIFACTS_OF = ["build", ".test", "release"];

export async function bySeatrial(folder) {
  const text = await readFile(join(folder, ".gitlab-ci.yml"), "utf8");
  const [before, ...commands] = [...text.matchAll(/^ +- seatrial (.+)$/gm)].map(([, words]) =>
    words.split(" "),
  );
  const artifacts = ARTIFACTS_OF.map((job) => artifactsIn(text, job));
  const program = (words) => [process.execPath, seatrial, ...words];
  return {
    name: "seatrial",
    folder,
    jobs: commands.map((words) => ({
      name: words[0] === "test" ? words[1] : words[0],
      stage: STAGES[words[0]],
      artifacts: artifacts[STAGES[words[0]]],
      commands: [program(before), program(words)],
    })),
    plan: program(["test", "--dry-run"]),
    forget: async () => undefined,
  };
}

/** The paths below `artifacts` of a job, or of what jobs extend. */
function artifactsIn(text, job) {
  const [, block = ""] = text.split(new RegExp(`^${job.replace(".", "\\.")}:$`, "m"));
  const [own] = block.split(/^\S/m);
  const paths = [...own.matchAll(/^ +- (\.seatrial\S*)$/gm)].map(([, path]) => path);
  if (paths.length === 0) throw new Error(`the pipeline's file says of no artifacts of ${job}`);
  return paths;
}
