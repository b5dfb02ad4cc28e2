import type { Problem } from "../../model/index.ts";
import { createGit } from "./git.ts";

/** A problem where profiles are of another commit than what is checked out; nothing where one of them is not known. */
export async function checkHead(options: {
  root: string;
  env: Record<string, string | undefined>;
  /** That of the profiles. */
  commit: string | undefined;
  signal: AbortSignal;
}): Promise<Problem[]> {
  const { commit, signal } = options;
  if (commit === undefined || commit === "") return [];
  const answer = await createGit(options)
    .ask(["rev-parse", "HEAD"])
    .catch(() => undefined);
  signal.throwIfAborted();
  const head = answer?.code === 0 ? answer.stdout.trim() : "";
  if (head === "" || head.startsWith(commit) || commit.startsWith(head)) return [];
  return [
    {
      code: "COVERAGE_COMMITS_DIFFER",
      message: `The profiles are of commit ${commit.slice(0, 12)}, and ${head.slice(0, 12)} is checked out: lines of files that changed in between are wrong.`,
      hint: "Check that commit out, and report again.",
    },
  ];
}
