import type { Engine } from "../engine/index.ts";
import { runCommand } from "../support/command.ts";
import { dockerPluginCommand } from "../support/docker-plugin.ts";
import { imageError } from "./errors.ts";
import type { BuildProgress } from "./progress.ts";

/** Calls `docker buildx bake` for a file, and gives its exit code. Fails with BUILDX_MISSING. */
export async function runBake(options: {
  file: object;
  engine: Engine;
  /** The environment of the command, without the engine's part. */
  env: Record<string, string | undefined>;
  progress: BuildProgress;
  signal: AbortSignal;
}): Promise<number> {
  const { file, engine, env, progress, signal } = options;
  const decoder = new TextDecoder();
  try {
    const whole = {
      // Seven questions to git for each target, of which only attestations would tell.
      BUILDX_GIT_INFO: "0",
      ...env,
      ...engine.commandEnvironment,
      ...BUILDX_ENVIRONMENT,
      BUILDX_BUILDER: ownBuilder(engine),
    };
    const buildx = await dockerPluginCommand("buildx", whole);
    const result = await runCommand({
      argv: [...buildx.argv, "bake", "--file", "-", "--progress", "rawjson"],
      env: { ...whole, ...buildx.env },
      input: JSON.stringify(file),
      lifeline: true,
      onStdout: () => undefined,
      onStderr: (chunk) => progress.write(decoder.decode(chunk, { stream: true })),
      signal,
    });
    progress.end();
    return result.code ?? 1;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw buildxMissing("The docker command line was not found", error);
  }
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

/** What a build that ended with this code failed of. */
export function buildFailed(progress: BuildProgress, code: number): Error {
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
