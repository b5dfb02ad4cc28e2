import type { Project } from "../config/index.ts";
import { parseReference } from "../registry/index.ts";
import { type CandidatePlan, findReleased, type ReleasedImages } from "../release/index.ts";
import type { RunPlan } from "../run/index.ts";
import type { RegistryOpener } from "./registry-opener.ts";
import type { Session } from "./session.ts";

/** The run of a build whose own targets were released already: it takes them, and builds what only its services need. */
export function withTaken(plan: RunPlan, { tag, images }: ReleasedImages): RunPlan {
  const isTaken = (key: string) => images.some(({ target }) => target === key);
  const said = `this commit was released already: ${tag} names its image, which is taken and tested again; --rebuild builds another one`;
  return {
    ...plan,
    given: images,
    targets: plan.targets.filter(({ key }) => !isTaken(key)),
    cache: undefined,
    warnings: [...plan.warnings, said],
  };
}

/** What was released of the commit. Nothing where the tree has changes: those are in no earlier image. */
export async function findTaken(options: {
  session: Pick<Session, "project" | "engine" | "source">;
  plan: Pick<RunPlan, "targets">;
  candidate: CandidatePlan;
  open: RegistryOpener;
  /** Hears of each further try of a registry, and of one that lets nobody look: no run tells it yet. */
  onRetry: (note: string) => void;
  signal: AbortSignal;
}): Promise<ReleasedImages | undefined> {
  const { session, plan, signal } = options;
  const { project, engine } = session;
  const { commit, dirty } = await session.source;
  const { repository, tags = [] } = project.config.release ?? {};
  if (commit === undefined || dirty !== false || repository === undefined || tags.length === 0)
    return undefined;
  const own = ownStages(project);
  const targets = plan.targets.filter(({ key }) => own.has(key));
  const [first] = targets;
  if (first === undefined) return undefined;
  const { platform } = await engine.capabilities(signal);
  await using registries = await options.open(options.onRetry);
  return await findReleased({
    ...options,
    registries,
    repository: parseReference(repository),
    tags,
    commit,
    release: project.config.image.release,
    targets: targets.map(({ key }) => key),
    platform: first.platform ?? platform,
    onDenied: ({ message }) =>
      options.onRetry(`not known whether this commit was released, so it is built: ${message}`),
  });
}

/** The keys of the stages of the project's own Dockerfile. */
export function ownStages(project: Project): Set<string> {
  return new Set(project.dockerfile.stages.map(({ key }) => key));
}
