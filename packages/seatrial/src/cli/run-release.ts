import type { Outcome } from "../model/index.ts";
import { openLayerMemory, type ReleasePlan, readEvidence } from "../release/index.ts";
import { forgetOtherList } from "./choose-image.ts";
import { coverageGate } from "./coverage-gate.ts";
import { cliError } from "./errors.ts";
import type { RunFlags } from "./flags.ts";
import { checkReadable, readSourceAgain, someChanges } from "./git.ts";
import { historyOf } from "./git-history.ts";
import { cacheFolder } from "./paths.ts";
import { allowsDirty, openSigning, planProjectRelease } from "./plan-release.ts";
import { type EndedRelease, failedRelease, promoteImage } from "./promote.ts";
import { registryOpener } from "./registry-opener.ts";
import type { ChosenImage } from "./release-image.ts";
import type { Session } from "./session.ts";

const GIT_MS = 20_000;

/** The release at the end of a run. */
export interface RunRelease {
  plan: ReleasePlan;
  /** Values that must never reach output. */
  secrets: string[];
  /** Releases what a run has built and tested, whose outcome and reports are in its folder. Never rejects. */
  carryOut(options: {
    outcome: Outcome;
    folder: string;
    onNote: (note: string) => void;
    now: () => number;
    signal: AbortSignal;
  }): Promise<EndedRelease>;
}

/**
 * Plans the release of a run, and finds what would refuse it before anything is built. Undefined for a project that says no
 * repository, and for runs of a part of the suites: they are no evidence.
 */
export async function openRunRelease(session: Session, flags: RunFlags): Promise<RunRelease | undefined> {
  const { project, surroundings } = session;
  const isWhole = [flags.only, flags.grep, flags.shard].every((each) => each === undefined);
  if (project.config.release?.repository === undefined || flags.release === false || !isWhole)
    return undefined;
  const source = await session.source;
  // First, since tags are made of what git says.
  const git = () => ({
    folder: project.root,
    env: surroundings.environment.env,
    signal: AbortSignal.timeout(GIT_MS),
  });
  if (source.commit === undefined && !allowsDirty(project, flags)) await checkReadable(git());
  const plan = planProjectRelease({ project, flags, source });
  if (source.dirty === true && !plan.allowDirty) throw treeIsDirty(project.root, await someChanges(git()));
  const gate = coverageGate({ project, env: surroundings.environment.env, signal: git().signal });
  if (flags.coverage === false && gate !== undefined) throw coverageLeftOut(project.name);
  const { signing, secrets } = await openSigning({ project, surroundings });
  const openRegistries = registryOpener({ surroundings, project });
  const layerMemory = openLayerMemory(cacheFolder(surroundings.environment));
  return {
    plan,
    secrets,
    async carryOut(options) {
      const { outcome, folder, signal } = options;
      try {
        const found = await readEvidence({ folders: [folder], isNamed: true, signal });
        const chosen = imageOf(outcome);
        // So that `release` completes this one, should it be cut off.
        await forgetOtherList(project, outcome);
        // Once more: what was edited while it was built may be in the image.
        const now = source.commit === undefined ? source : await readSourceAgain(git());
        return await promoteImage({
          ...options,
          session: {
            surroundings,
            project,
            plan,
            found,
            chosen,
            source: now,
            openRegistries,
            history: historyOf({ ...git(), source: now, signal }),
            layerMemory,
            signing,
            secrets,
            // The run has all suites, and has judged them together.
            coverage: undefined,
          },
        });
      } catch (error) {
        // The run's containers and reports are still there, and are to be seen to.
        return failedRelease(error, signal);
      }
    },
  };
}

/** What the run built, or was given, as the target that ships. */
function imageOf({ images, release, source: built, run }: Outcome): ChosenImage {
  const identity = images.find(({ target }) => target === release);
  if (identity === undefined) throw new Error(`run ${run} passed without an image of target ${release}`);
  return { kind: "held", identity, built, run };
}

function coverageLeftOut(project: string) {
  return cliError({
    code: "COVERAGE_LEFT_OUT",
    message: `${project} has rules of coverage, a run ends with a release, and --no-coverage leaves nothing to judge.`,
    hint: "Leave the release out too, with --no-release.",
  });
}

function treeIsDirty(root: string, changes: string) {
  return cliError({
    code: "TREE_DIRTY",
    message: `The git tree of ${root} has changes that are in no commit, and a run ends with a release${changes === "" ? "" : ` (${changes})`}.`,
    hint: "Commit them; or leave the release out with --no-release, or allow it with --allow-dirty.",
  });
}
