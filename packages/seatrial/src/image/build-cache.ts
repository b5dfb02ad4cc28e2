import { createHash } from "node:crypto";
import type { Engine } from "../engine/index.ts";
import type { BuildTarget } from "../model/index.ts";
import { stableTag, tagPart } from "./names.ts";

/**
 * Where the steps of a build are kept for engines that start empty: an image for each stage, tagged `cache-<scope>.<stage>`. What BuildKit needs
 * to find steps again is in these images only: it depends on what an engine knew when it built, and would give one source many ids.
 */
export interface BuildCache {
  /** `registry/repository`. */
  repository: string;
  stages: CacheStage[];
  scopes: CacheScopes;
}

/** Whose steps a build takes and leaves, so that one branch does not overwrite what another one needs. */
export interface CacheScopes {
  /** The first counts first. */
  reads: CacheScope[];
  /** Absent: it leaves none. */
  writes?: CacheScope | undefined;
}

/** A part of a tag that stands for a branch; empty for a build that is of none. */
export type CacheScope = string;

export interface CacheStage {
  target: BuildTarget;
  /** The stages whose steps are layers of its image: itself, and those that it is built on. */
  chain: string[];
}

/** `registry/repository:cache-<scope>.<stage>`. */
export function cacheReference(cache: BuildCache, stage: CacheStage, scope: CacheScope): string {
  return `${cache.repository}:${cacheTag(stage, scope)}`;
}

export function cacheTag({ target }: CacheStage, scope: CacheScope): string {
  return `cache-${scope === "" ? "" : `${scope}.`}${tagPart(target.key)}`;
}

/** The most letters of a branch that are shown; what tells branches apart is a hash. */
const SHOWN = 19;

/** The scope of a branch: no two have one, whatever characters their names have. */
export function scopeOf(branch: string): CacheScope {
  const hash = createHash("sha256").update(branch).digest("hex").slice(0, 12);
  return `${branch.replace(/[^a-zA-Z0-9_-]/g, "-").slice(0, SHOWN)}-${hash}`;
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
  if (cache.scopes.writes === undefined) return [];
  const isStale = ({ chain }: CacheStage) => {
    const counts = chain.flatMap((stage) => steps.get(stage.toLowerCase()) ?? []);
    const cached = counts.reduce((sum, each) => sum + each.cached, 0);
    const ran = counts.reduce((sum, each) => sum + each.steps, 0) - cached;
    return imported ? ran > cached : ran > 0;
  };
  return cache.stages.filter(isStale).map(({ target }) => target.key);
}
