import { join } from "node:path";
import { PassThrough } from "node:stream";

/** Where a team would have pushed the jobs' image to. */
const IMAGE = "registry.example.com/tools/seatrial-ci";

/**
 * The pipeline that `seatrial ci gitlab` writes for an example: as a repository of its own, or (`inside`) as the folder of this one that it
 * is.
 */
export async function pipelineOf({ runProgram, root, version, example, inside = false }) {
  const folder = join(root, "examples", example);
  const env = inside ? {} : { GIT_CEILING_DIRECTORIES: join(root, "examples") };
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const environment = { env, cwd: folder, home: folder };
  const argv = ["ci", "gitlab", "--dry-run", "--ci-image", `${IMAGE}:${version}`];
  const code = await runProgram(argv, { environment, stdout, stderr, stdin: null });
  if (code !== 0) throw new Error(`${example}: ${stderr.read()}`);
  return String(stdout.read());
}
