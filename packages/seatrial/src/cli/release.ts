import path from "node:path";
import { loadProject, type Project } from "../config/index.ts";
import { openLayerMemory, readEvidence } from "../release/index.ts";
import type { ExitCode } from "../support/error.ts";
import { chooseImage } from "./choose-image.ts";
import { coverageGate } from "./coverage-gate.ts";
import type { ReleaseFlags } from "./flags.ts";
import { checkReadable, gitVariables, readSource } from "./git.ts";
import { historyOf } from "./git-history.ts";
import { cacheFolder } from "./paths.ts";
import { allowsDirty, openSigning, planProjectRelease } from "./plan-release.ts";
import { registryOpener } from "./registry-opener.ts";
import type { ReleaseSession } from "./release-session.ts";
import { createStopNotice } from "./stop-notice.ts";
import { listenForStop } from "./stop-signals.ts";
import type { Surroundings } from "./surroundings.ts";

/** `release`: gives the tested image its tags, and keeps a receipt. */
export async function releaseCommand(options: {
  surroundings: Surroundings;
  flags: ReleaseFlags;
}): Promise<ExitCode> {
  const { surroundings, flags } = options;
  const { environment } = surroundings;
  const notice = createStopNotice(surroundings.stderr);
  using stop = listenForStop(notice.tell);
  const { signal } = stop;
  const project = await loadProject({
    environment,
    folder: flags.folder,
    file: flags.file,
    builtin: gitVariables({ folder: flags.folder ?? environment.cwd, env: environment.env, signal }),
  });
  const [source, found, { signing, secrets }] = await Promise.all([
    readSource({ folder: project.root, env: environment.env, signal }),
    readEvidence({
      folders: evidenceFolders(options, project),
      isNamed: flags.evidence !== undefined,
      signal,
    }),
    openSigning({ project, surroundings }),
  ]);
  // First, since tags are made of what git says.
  if (source.commit === undefined && !allowsDirty(project, flags))
    await checkReadable({ folder: project.root, env: environment.env, signal });
  const plan = planProjectRelease({ project, flags, source });
  const chosen = await chooseImage({ project, flags, cwd: environment.cwd, found });
  const session: ReleaseSession = {
    surroundings,
    project,
    plan,
    found,
    chosen,
    source,
    openRegistries: registryOpener({ surroundings, project }),
    history: historyOf({ folder: project.root, env: environment.env, source, signal }),
    layerMemory: openLayerMemory(cacheFolder(environment)),
    coverage: coverageGate({ project, env: environment.env, signal }),
    signing,
    secrets: [...project.secretValues, ...secrets],
  };
  if (flags.dryRun === true) {
    const { printRelease } = await import("./print-release.ts");
    return await printRelease({ session, flags, signal });
  }
  const { executeRelease } = await import("./execute-release.ts");
  return await executeRelease({ session, flags, notice, signal });
}

/** Those that are named, from where the user stands; else the project's own. */
function evidenceFolders(
  { flags, surroundings }: { flags: ReleaseFlags; surroundings: Surroundings },
  project: Project,
): string[] {
  const { cwd } = surroundings.environment;
  return (
    flags.evidence?.map((folder) => path.resolve(cwd, folder)) ?? [
      path.join(project.root, ".seatrial", "runs"),
    ]
  );
}
