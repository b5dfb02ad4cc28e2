import type { Project } from "../config/index.ts";
import type { BuildCache, CacheScopes } from "../image/index.ts";
import type { BuildTarget } from "../model/index.ts";
import { isLastStage, projectTarget } from "./targets.ts";

/** Where the steps of a project's own targets are kept; undefined when it keeps none, or says no repository. */
export function planCache(options: {
  project: Project;
  targets: readonly BuildTarget[];
  /** Default: that of no branch. */
  scopes?: CacheScopes | undefined;
}): BuildCache | undefined {
  const { project, targets, scopes = { reads: [""], writes: "" } } = options;
  const { cache = false, repository: released } = project.config.release ?? {};
  const repository = cache === true ? released : cache === false ? undefined : cache;
  if (repository === undefined || targets.length === 0) return undefined;
  const stages = new Map(project.dockerfile.stages.map((stage) => [stage.key, stage]));
  const needed = new Set<string>();
  const take = (key: string) => {
    const stage = stages.get(key);
    if (stage === undefined || needed.has(key)) return;
    needed.add(key);
    for (const other of [...baseOf(key), ...stage.uses]) take(other);
  };
  const baseOf = (key: string): string[] => {
    const base = stages.get(key)?.base;
    return base?.kind === "stage" ? [base.stage] : [];
  };
  const chainOf = (key: string): string[] => [key, ...baseOf(key).flatMap(chainOf)];
  for (const { key } of targets) take(key);
  // The steps of a stage that another one is built on are layers of that one.
  const below = new Set([...needed].flatMap(baseOf));
  const kept = [...stages.keys()].filter(
    (key) => needed.has(key) && !below.has(key) && canBeBuilt(project, key),
  );
  return {
    repository,
    scopes,
    stages: kept.map((key) => ({ target: projectTarget(project, key), chain: chainOf(key) })),
  };
}

/** A stage without a name can only be built when it is the last one. */
function canBeBuilt(project: Project, key: string): boolean {
  const stage = project.dockerfile.stages.find((each) => each.key === key);
  return stage?.name !== undefined || isLastStage(project, key);
}
