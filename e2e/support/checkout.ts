import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const WHO = ["-c", "user.name=e2e", "-c", "user.email=e2e@example.com"];

/** Makes a commit of everything in a folder, the first one too, and says which it is. */
export async function commit(folder: string): Promise<string> {
  const git = (...args: string[]) => run("git", ["-C", folder, ...WHO, ...args]);
  await git("init", "--quiet", "--initial-branch", "trunk");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "e2e");
  return (await git("rev-parse", "HEAD")).stdout.trim();
}
