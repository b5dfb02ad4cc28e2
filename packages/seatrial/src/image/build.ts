import type { Engine } from "../engine/index.ts";
import type { BuildResult, BuildTarget, ImageIdentity } from "../model/index.ts";
import { bakeFile } from "./bake.ts";
import { type BuildCache, cacheReference, staleStages, startsEmpty } from "./build-cache.ts";
import { imageError } from "./errors.ts";
import { identityOf } from "./identity.ts";
import { bakeName, runTag, stableTag } from "./names.ts";
import { createBuildProgress } from "./progress.ts";
import { buildFailed, runBake } from "./run-bake.ts";

export interface BuildOptions {
  project: string;
  run: string;
  targets: readonly BuildTarget[];
  /** Taken from when the engine starts empty. */
  cache?: BuildCache | undefined;
  engine: Engine;
  /** The environment of the build command, without the engine's part. */
  env: Record<string, string | undefined>;
  onNote: (note: string) => void;
  onOutput: (text: string) => void;
  /** Milliseconds, from any start. */
  now: () => number;
  signal: AbortSignal;
}

/** Builds all targets in one graph. The images are held by a tag of the run until `releaseImages`. */
export async function buildImages(options: BuildOptions): Promise<BuildResult> {
  const start = options.now();
  const { project, run, cache } = options;
  const keys = new Map(options.targets.map(({ key }) => [bakeName(key), key]));
  const sources = new Map(options.targets.map((target) => [target.key, sourceText(target)]));
  const progress = createBuildProgress({
    ...options,
    keyOf: (name) => keys.get(name),
    sourceOf: (key) => sources.get(key),
  });
  const imported = cache !== undefined && (await startsEmpty(options));
  const cacheFrom = imported
    ? cache.scopes.reads.flatMap((scope) =>
        cache.stages.map((stage) => `type=registry,ref=${cacheReference(cache, stage, scope)}`),
      )
    : [];
  const file = bakeFile(options.targets, (target) => ({
    tags: [stableTag({ project, key: target.key }), runTag({ project, key: target.key, run })],
    cacheFrom: isCached(options, target) ? cacheFrom : [],
  }));
  const code = await runBake({ ...options, file, progress });
  if (code !== 0) {
    // An engine that went away explains more than the builder's last words: asked anything, it fails as such.
    await options.engine.images.list({ "seatrial.run": options.run }, options.signal);
    throw buildFailed(progress, code);
  }
  const images = await Promise.all(options.targets.map((target) => identify(target, options)));
  return {
    images: new Map(images.map((image) => [image.target, image])),
    duration: options.now() - start,
    ...progress.counts(),
    staleCaches:
      cache === undefined
        ? []
        : staleStages({ cache, imported, steps: progress.stages(cachedKeys(options)) }),
  };
}

/** The project's own targets have the cache's Dockerfile; those of Compose services have their own. */
function isCached({ cache }: BuildOptions, target: BuildTarget): boolean {
  return cache?.stages.some((stage) => sourceText(stage.target) === sourceText(target)) === true;
}

function cachedKeys(options: BuildOptions): Set<string> {
  return new Set(options.targets.filter((target) => isCached(options, target)).map(({ key }) => key));
}

/** Targets with the same files and arguments differ in the stage that they end with, so they share their steps. */
function sourceText({
  context,
  dockerfile,
  dockerfileInline,
  args,
  contexts,
  platform,
}: BuildTarget): string {
  return JSON.stringify({ context, dockerfile, dockerfileInline, args, contexts, platform });
}

async function identify(target: BuildTarget, options: BuildOptions): Promise<ImageIdentity> {
  const tag = runTag({ project: options.project, key: target.key, run: options.run });
  const image = await options.engine.images.inspect(tag, options.signal);
  if (image === undefined) {
    throw imageError({
      code: "BUILD_IMAGE_LOST",
      message: `Target ${target.key} was built, but the engine at ${options.engine.endpoint} does not hold ${tag}.`,
      hint: "The build went to another engine. Check BUILDX_BUILDER and `docker buildx ls`.",
      exitCode: 3,
    });
  }
  return identityOf(target.key, image);
}

/** Gives up the run's hold on its images. What is newest keeps its stable name. */
export async function releaseImages(
  options: Pick<BuildOptions, "project" | "run" | "engine" | "signal"> & {
    targets: readonly Pick<BuildTarget, "key">[];
  },
): Promise<void> {
  await Promise.all(
    options.targets.map(({ key }) =>
      options.engine.images.remove(
        runTag({ project: options.project, key, run: options.run }),
        options.signal,
      ),
    ),
  );
}
