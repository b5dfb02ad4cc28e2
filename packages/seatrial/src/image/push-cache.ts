import type { Engine } from "../engine/index.ts";
import { bakeFile } from "./bake.ts";
import { type BuildCache, type CacheStage, cacheReference } from "./build-cache.ts";
import { createBuildProgress } from "./progress.ts";
import { buildFailed, runBake } from "./run-bake.ts";

export interface PushCacheOptions {
  cache: BuildCache;
  /** Those of the cache that are written. */
  stages: readonly CacheStage[];
  engine: Engine;
  /** The environment of the build command, without the engine's part. */
  env: Record<string, string | undefined>;
  onNote: (note: string) => void;
  onOutput: (text: string) => void;
  signal: AbortSignal;
}

/**
 * Writes stages into a registry as caches. They were built a moment ago, so that no step runs again; a build of its own because
 * BuildKit tells the whole of what it has only then. Fails with BUILD_FAILED and the engine's errors.
 */
export async function pushCache(options: PushCacheOptions): Promise<void> {
  const { cache, stages, engine, onNote, signal } = options;
  const scope = cache.scopes.writes;
  if (stages.length === 0 || scope === undefined) return;
  const { exportsCache } = await engine.capabilities(signal);
  const references = new Map(stages.map((stage) => [stage.target.key, cacheReference(cache, stage, scope)]));
  const file = bakeFile(
    stages.map(({ target }) => target),
    ({ key }) => {
      const reference = references.get(key) ?? "";
      return exportsCache
        ? { output: ["type=cacheonly"], cacheTo: [`type=registry,ref=${reference},mode=max`] }
        : { tags: [reference], cacheTo: ["type=inline"] };
    },
  );
  const progress = createBuildProgress(options);
  const code = await runBake({ ...options, file, progress });
  if (code !== 0) throw buildFailed(progress, code);
  if (exportsCache) return;
  for (const reference of references.values()) {
    try {
      onNote(`pushing ${reference}`);
      await engine.images.push(reference, {
        onProgress: (note) => onNote(`pushing ${reference}: ${note}`),
        signal,
      });
    } finally {
      // A name that stays costs nothing, and must not hide what went wrong before.
      await engine.images.remove(reference, AbortSignal.timeout(20_000)).catch(() => undefined);
    }
  }
}
