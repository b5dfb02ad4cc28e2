import { join } from "node:path";
import { PassThrough } from "node:stream";

/** The pipeline that `seatrial ci gitlab` writes for an example. */
export async function pipelineOf({ runProgram, root, example }) {
  const folder = join(root, "examples", example);
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const environment = { env: {}, cwd: folder, home: folder };
  const code = await runProgram(["ci", "gitlab", "--dry-run"], { environment, stdout, stderr, stdin: null });
  if (code !== 0) throw new Error(`${example}: ${stderr.read()}`);
  return String(stdout.read());
}
