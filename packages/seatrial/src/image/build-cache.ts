import type { Engine } from "../engine/index.ts";
import type { BuildTarget } from "../model/index.ts";
import { stableTag, tagPart } from "./names.ts";

/**
 * Where the steps of a build are kept for engines that start empty: an image for each stage, tagged `cache-<stage>`. What BuildKit needs
 * to find steps again is in these images only: it depends on what an engine knew when it built, and would give one source many ids.
 */
export interface BuildCache {
  /** `registry/repository`. */
  repository: string;
  stages: CacheStage[];
}

export interface CacheStage {
  target: BuildTarget;
  /** The stages whose steps are layers of its image: itself, and those that it is built on. */
  chain: string[];
}

/** `registry/repository:cache-<stage>`. */
export function cacheReference(cache: BuildCache, stage: CacheStage): string {
  return `${cache.repository}:${cacheTag(stage)}`;
}

export function cacheTag({ target }: CacheStage): string {
  return `cache-${tagPart(target.key)}`;
}

/** Whether the engine lacks an earlier image of a target, and with it, most likely, the steps. Engines that have them ask no registry. */
export async function startsEmpty(options: {
  project: string;
  targets: readonly BuildTarget[];
  engine: Engine;
  signal: AbortSignal;
}): Promise<boolean> {
  const { project, targets, engine, signal } = options;
  const held = await Promise.all(
    targets.map(({ key }) => engine.images.inspect(stableTag({ project, key }), signal)),
  );
  return held.includes(undefined);
}

/**
 * The stages whose cache should be written again, by key. An engine that took steps from a cache leaves some of them out of the next
 * one, so that one with mostly such steps would be worse than the one that is there.
 */
export function staleStages(options: {
  cache: BuildCache;
  /** By stage, in lower case. */
  steps: ReadonlyMap<string, { steps: number; cached: number }>;
  imported: boolean;
}): string[] {
  const { cache, steps, imported } = options;
  const isStale = ({ chain }: CacheStage) => {
    const counts = chain.flatMap((stage) => steps.get(stage.toLowerCase()) ?? []);
    const cached = counts.reduce((sum, each) => sum + each.cached, 0);
    const ran = counts.reduce((sum, each) => sum + each.steps, 0) - cached;
    return imported ? ran > cached : ran > 0;
  };
  return cache.stages.filter(isStale).map(({ target }) => target.key);
}
