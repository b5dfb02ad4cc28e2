import { readFile } from "node:fs/promises";
import path from "node:path";
import { coverageError } from "../errors.ts";
import { createGit, type Git } from "./git.ts";
import { type ChangedLines, createDiffReader, isCode } from "./parse-diff.ts";

export interface ChangesOptions {
  /** The project's folder. */
  root: string;
  /** A git revision, such as `origin/main`. */
  base: string;
  env: Record<string, string | undefined>;
  signal: AbortSignal;
}

// The user's own settings must not change what is read.
const PLAIN = [
  "--no-color",
  "--no-ext-diff",
  "--no-textconv",
  "--no-relative",
  "--ignore-submodules=all",
  "--unified=0",
  "--inter-hunk-context=0",
  "--find-renames",
  "--src-prefix=a/",
  "--dst-prefix=b/",
];
const MOST_NEW_BYTES = 4 * 1024 * 1024;

/**
 * The lines that differ from where the history of `base` and ours parted, by paths from the project's root: of commits, of what is not
 * committed yet, and of new files. Fails with COVERAGE_BASE_UNKNOWN or COVERAGE_CHANGES_UNKNOWN.
 */
export async function readChanges(options: ChangesOptions): Promise<ChangedLines> {
  const git = createGit(options);
  const prefix = await git.answer(["rev-parse", "--show-prefix"]);
  const from = await parting(git, options);
  const reader = createDiffReader();
  await git.lines(["-c", "core.quotePath=true", "diff", ...PLAIN, from, "--"], (line) => reader.line(line));
  const changes: ChangedLines = new Map();
  for (const [file, lines] of reader.changes()) changes.set(path.posix.relative(prefix, file), lines);
  const fresh = await git.answer(["ls-files", "-z", "--others", "--exclude-standard"]);
  for (const file of fresh.split("\0")) if (file !== "") await addNew(changes, { root: options.root, file });
  return changes;
}

/** The commit where the histories parted. */
async function parting(git: Git, { base, env }: ChangesOptions): Promise<string> {
  const known = await git.ask(["rev-parse", "--verify", "--quiet", "--end-of-options", `${base}^{commit}`]);
  const shallow = (await git.ask(["rev-parse", "--is-shallow-repository"])).stdout.trim() === "true";
  const jenkins = Boolean(env["JENKINS_URL"]);
  if (known.code !== 0) {
    throw coverageError({
      code: "COVERAGE_BASE_UNKNOWN",
      message: `${base}, which changes are counted from, is not in this clone.`,
      hint: hintFor({ base, shallow, jenkins }),
    });
  }
  const merge = await git.ask(["merge-base", known.stdout.trim(), "HEAD"]);
  const [commit = ""] = merge.stdout.split("\n");
  if (merge.code === 0 && commit !== "") return commit;
  throw coverageError({
    code: "COVERAGE_BASE_UNKNOWN",
    message: `No commit is in the history of both ${base} and what is checked out.`,
    hint: shallow ? hintFor({ base, shallow, jenkins }) : "Name a revision that this branch began from.",
  });
}

function hintFor(options: { base: string; shallow: boolean; jenkins: boolean }): string {
  const { base, shallow, jenkins } = options;
  if (jenkins) {
    const cut = shallow ? ", and switch its shallow clone off" : "";
    return `Jenkins fetches no other branch than the one that it builds. Give the branch source the behaviour "Specify ref specs" with +refs/heads/*:refs/remotes/@{remote}/*${cut}.`;
  }
  const slash = base.indexOf("/");
  const fetch =
    slash > 0 ? `git fetch ${base.slice(0, slash)} ${base.slice(slash + 1)}` : `git fetch origin ${base}`;
  if (!shallow) return `Fetch it first: ${fetch}`;
  return `The clone is shallow. Fetch its history (git fetch --unshallow) and ${fetch}; or clone whole: GIT_DEPTH: 0 in GitLab, fetch-depth: 0 in GitHub.`;
}

/** All lines of a file that git does not track yet. */
async function addNew(changes: ChangedLines, { root, file }: { root: string; file: string }): Promise<void> {
  const content = await readFile(path.join(root, file)).catch(() => undefined);
  if (content === undefined || content.length > MOST_NEW_BYTES || content.includes(0)) return;
  const lines = new Set<number>();
  content
    .toString()
    .split("\n")
    .forEach((line, at) => {
      if (isCode(line)) lines.add(at + 1);
    });
  changes.set(file, lines);
}
