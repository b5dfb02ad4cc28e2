import { mkdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  ciError,
  githubWorkflow,
  gitlabPipeline,
  jenkinsfile,
  type Pipeline,
  planPipeline,
} from "../ci/index.ts";
import { loadProject, type Project } from "../config/index.ts";
import { asksSomething } from "../coverage/index.ts";
import { EXIT, type ExitCode, messageOf } from "../support/error.ts";
import { buildVariables } from "./build-variables.ts";
import { type DefaultBranch, defaultBranch } from "./default-branch.ts";
import type { GlobalFlags } from "./flags.ts";
import { gitVariables, isGitVariable, placeInRepository } from "./git.ts";
import { listenForStop } from "./stop-signals.ts";
import type { Surroundings } from "./surroundings.ts";
import { VERSION } from "./version.ts";

/** Who writes each system's file, and where that system looks for it in a repository. */
const SYSTEMS = {
  gitlab: { file: () => ".gitlab-ci.yml", write: gitlabPipeline },
  github: { file: workflowFile, write: githubWorkflow },
  jenkins: { file: () => "Jenkinsfile", write: jenkinsfile },
};

/** Each project of a repository has a workflow of its own; the other systems read one file. */
function workflowFile({ project, folder }: Pipeline): string {
  return `.github/workflows/seatrial${folder === undefined ? "" : `-${project}`}.yml`;
}

export interface CiFlags extends GlobalFlags {
  system: keyof typeof SYSTEMS;
  output?: string;
  ciImage?: string;
  dryRun?: boolean;
}

/** Writes a pipeline for the project, where the system finds it in the repository; never over an existing file. */
export async function ciCommand(options: { surroundings: Surroundings; flags: CiFlags }): Promise<ExitCode> {
  const { surroundings, flags } = options;
  const { environment, stdout, stderr } = surroundings;
  const system = SYSTEMS[flags.system];
  using stop = listenForStop(() => undefined);
  const git = { folder: flags.folder ?? environment.cwd, env: environment.env, signal: stop.signal };
  const project = await loadProject({ environment, ...flags, builtin: gitVariables(git) });
  const { root, folder } = await placeInRepository({ ...git, folder: project.root });
  const branch = await defaultBranch(git);
  const secrets = await buildVariables({ project, surroundings, signal: stop.signal });
  const pipeline = planPipeline({
    ...factsOf(project),
    secrets: secrets.variables,
    folder,
    image: flags.ciImage ?? `seatrial-ci:${VERSION}`,
    defaultBranch: branch.name,
  });
  const text = system.write(pipeline);
  for (const warning of [...secrets.warnings, ...warnings({ project, flags, branch })])
    stderr.write(`warning: ${warning}\n`);
  if (flags.dryRun === true) {
    stdout.write(text);
    return EXIT.ok;
  }
  const file =
    flags.output === undefined
      ? path.join(root, system.file(pipeline))
      : path.resolve(environment.cwd, flags.output);
  await writeNew(file, text);
  stdout.write(`wrote ${path.relative(environment.cwd, file)}\n`);
  return EXIT.ok;
}

/** What a pipeline runs without, or would not run with, and nobody sees in its text. */
function warnings(options: { project: Project; flags: CiFlags; branch: DefaultBranch }): string[] {
  const { project, flags, branch } = options;
  const { system, ciImage } = flags;
  return [
    // The other systems know it, and their files do not name it.
    ...(system === "jenkins" && branch.isGuess
      ? [
          `nothing here says which branch is released, so that the file names ${branch.name} as a guess: set SEATRIAL_DEFAULT_BRANCH, or ask the remote with \`git remote set-head origin --auto\`, and write it again`,
        ]
      : []),
    ...(project.config.release?.cache
      ? []
      : [
          "without `release.cache: true` a job with an empty engine builds everything from scratch; with it the steps of the build are kept in the registry",
        ]),
    ...(ciImage === undefined
      ? [
          `the jobs run in seatrial-ci:${VERSION}, a name of this machine: push what \`make ci-image\` builds to where the runners can pull it, and name that with --ci-image`,
        ]
      : []),
  ];
}

function factsOf(
  project: Project,
): Omit<Parameters<typeof planPipeline>[0], "folder" | "image" | "defaultBranch" | "secrets"> {
  const { release, coverage } = project.config;
  return {
    project: project.name,
    suites: project.suites,
    // As a release sees it: who writes down what must hold wants it to have been looked at.
    checks: project.locate(["check"]) !== undefined,
    releases:
      project.locate(["release", "tags"]) !== undefined ||
      project.locate(["release", "floating"]) !== undefined,
    repository: writtenAt(project, ["release", "repository"]),
    variables: project.releaseVariables.filter((name) => !isGitVariable(name)),
    key: release?.key,
    cobertura: coverage?.formats.includes("cobertura") ?? false,
    // A run of all suites judges them by itself.
    coverageRules: coverage !== undefined && asksSomething(coverage.rules) && jobsOf(project.suites) > 1,
    // Whether there is something to compare with, each pipeline knows.
    changedLines: coverage?.rules.changed !== undefined,
  };
}

function jobsOf(suites: Project["suites"]): number {
  return suites.reduce((sum, { shards }) => sum + shards, 0);
}

/** A text of the project's file with its variables, which have other values where the pipeline runs. */
function writtenAt(project: Project, place: string[]): string | undefined {
  const [line = "", carets = ""] = project.locate(place)?.frame.split("\n") ?? [];
  const start = carets.indexOf("^");
  if (start < 0) return undefined;
  return line.slice(start, carets.lastIndexOf("^") + 1).replace(/^(["'])(.*)\1$/, "$2");
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text, { flag: "wx" });
  } catch (cause) {
    if (
      (cause as NodeJS.ErrnoException).code === "EEXIST" &&
      (await stat(file).catch(() => undefined)) !== undefined
    ) {
      throw ciError({
        code: "CI_FILE_EXISTS",
        message: `${file} exists, and is never overwritten.`,
        hint: "Compare it with `--dry-run`, write elsewhere with --output, or move it away first.",
        cause,
      });
    }
    throw ciError({
      code: "CI_FILE_NOT_WRITTEN",
      message: `Cannot write ${file}: ${messageOf(cause)}`,
      hint: "Make the folder writable, or print the pipeline with --dry-run.",
      cause,
    });
  }
}
