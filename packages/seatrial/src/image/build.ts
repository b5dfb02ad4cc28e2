import type { Engine } from "../engine/index.ts";
import type { BuildResult, BuildTarget, ImageIdentity } from "../model/index.ts";
import { runCommand } from "../support/command.ts";
import { bakeFile, bakeName, runTag, stableTag } from "./bake.ts";
import { imageError } from "./errors.ts";
import { identityOf } from "./identity.ts";
import { type BuildProgress, createBuildProgress } from "./progress.ts";

export interface BuildOptions {
  project: string;
  run: string;
  targets: readonly BuildTarget[];
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
  const progress = createBuildProgress({ ...options, sourceOf: sourcesOf(options.targets) });
  const code = await bake(options, progress);
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
  };
}

async function bake(options: BuildOptions, progress: BuildProgress): Promise<number> {
  const { project, run } = options;
  const file = bakeFile(options.targets, ({ key }) => [
    stableTag({ project, key }),
    runTag({ project, key, run }),
  ]);
  const decoder = new TextDecoder();
  try {
    const result = await runCommand({
      argv: ["docker", "buildx", "bake", "--file", "-", "--progress", "rawjson"],
      env: {
        ...options.env,
        ...options.engine.commandEnvironment,
        ...BUILDX_ENVIRONMENT,
        BUILDX_BUILDER: ownBuilder(options.engine),
      },
      input: JSON.stringify(file),
      onStdout: () => undefined,
      onStderr: (chunk) => progress.write(decoder.decode(chunk, { stream: true })),
      signal: options.signal,
    });
    progress.end();
    return result.code ?? 1;
  } catch (error) {
    if (options.signal.aborted) throw options.signal.reason;
    throw buildxMissing("The docker command line was not found", error);
  }
}

/** Targets with the same files and arguments differ in the stage that they end with, so they share their steps. */
function sourcesOf(targets: readonly BuildTarget[]): (name: string) => string | undefined {
  const sources = new Map(
    targets.map(({ key, context, dockerfile, dockerfileInline, args, contexts, platform }) => [
      bakeName(key),
      JSON.stringify({ context, dockerfile, dockerfileInline, args, contexts, platform }),
    ]),
  );
  return (name) => sources.get(name);
}

const BUILDX_ENVIRONMENT = {
  // Attestations change the digest with each build.
  BUILDX_NO_DEFAULT_ATTESTATIONS: "1",
  // The plan names every path that the build may read; the plugin's own question would only stop it.
  BUILDX_BAKE_ENTITLEMENTS_FS: "0",
  BUILDX_METADATA_PROVENANCE: "disabled",
};

/** The engine's own builder, from which images appear in the engine without an export. It has its docker context's name. */
function ownBuilder({ commandEnvironment }: Engine): string {
  return commandEnvironment["DOCKER_CONTEXT"] ?? "default";
}

function buildFailed(progress: BuildProgress, code: number): Error {
  const failure = progress.failure();
  if (failure !== undefined) {
    return imageError({
      code: "BUILD_FAILED",
      message: `The build failed at ${failure.step}: ${failure.error}`,
      hint: "The whole log is in the run's folder: logs/build.log.",
      lastLines: failure.lastLines,
    });
  }
  const messages = progress.messages();
  if (
    messages.some((line) =>
      /is not a docker command|unknown flag: --progress|unknown command: docker/.test(line),
    )
  ) {
    return buildxMissing("The docker command line has no buildx plugin", undefined);
  }
  const said = messages.filter((line) => /error/i.test(line)).at(-1) ?? messages.at(-1) ?? "no message";
  return imageError({
    code: "BUILD_FAILED",
    message: `The build failed: ${said.replace(/^ERROR:\s*/i, "")} (docker buildx bake ended with ${code})`,
    lastLines: messages.slice(-20),
  });
}

function buildxMissing(what: string, cause: unknown): Error {
  return imageError({
    code: "BUILDX_MISSING",
    message: `${what}, and images are built with docker buildx.`,
    hint: "Install it (Debian: apt-get install docker-cli docker-buildx), then run `seatrial doctor`.",
    cause,
    exitCode: 3,
  });
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
