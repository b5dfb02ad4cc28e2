import type { History, Kinship, Source } from "../release/index.ts";
import { runCommand } from "../support/command.ts";

/** The history of a checkout around the commit that is released. Nothing is fetched. */
export function openHistory(options: {
  folder: string;
  env: Record<string, string | undefined>;
  /** The one that is released. */
  commit: string;
  signal: AbortSignal;
}): History {
  const { folder, env, commit, signal } = options;
  const git = async (...args: string[]) => {
    const answer = await runCommand({ argv: ["git", "-C", folder, ...args], env, signal }).catch(
      () => undefined,
    );
    signal.throwIfAborted();
    return answer;
  };
  const isBefore = async (one: string, other: string) =>
    (await git("merge-base", "--is-ancestor", one, other))?.code === 0;
  return {
    async kinshipOf(other): Promise<Kinship> {
      if (other === commit) return "same";
      if (await isBefore(other, commit)) return "older";
      if (await isBefore(commit, other)) return "newer";
      // A whole history has all that this commit was made on; of a cut one nobody knows what was before.
      const shallow = await git("rev-parse", "--is-shallow-repository");
      return shallow?.code === 0 && shallow.stdout.trim() === "false" ? "apart" : "unknown";
    },
  };
}

/** The same where the tree is of a commit. */
export function historyOf(
  options: Omit<Parameters<typeof openHistory>[0], "commit"> & { source: Source },
): History | undefined {
  const { commit } = options.source;
  return commit === undefined ? undefined : openHistory({ ...options, commit });
}
