import type { Project } from "../../config/index.ts";
import { buildImages, releaseImages } from "../../image/index.ts";
import type { ImageDetails } from "../../model/index.ts";
import { requireSecrets } from "../../run/index.ts";
import { resolveImage } from "../../services/index.ts";
import type { Cleanup } from "../../support/cleanup.ts";
import { isToolError, ToolError } from "../../support/error.ts";
import { createRedactor } from "../../support/redact.ts";
import type { GlobalFlags } from "../flags.ts";
import { openSession } from "../open-session.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Tools } from "../wire.ts";

export interface ToolImageOptions {
  /** A target of the project, or an image that the engine holds or can pull. */
  name: string;
  project: Project | undefined;
  run: string;
  tools: Promise<Tools>;
  surroundings: Surroundings;
  flags: GlobalFlags;
  cleanup: Cleanup;
  /** Hears of each step. */
  onNote: (note: string) => void;
  /** Hears how far a pull is: there are hundreds of one. */
  onProgress: (note: string) => void;
  signal: AbortSignal;
}

const RELEASE_MS = 20_000;

/** The image that `--image` means: a target is built as it is now, anything else is looked for by its name. */
export async function toolImage(options: ToolImageOptions): Promise<ImageDetails> {
  const { name, project, tools, signal, onNote, onProgress } = options;
  const stage = project?.dockerfile.stages.find((each) => each.name?.toLowerCase() === name.toLowerCase());
  if (stage !== undefined) return await builtTarget(stage.key, options);
  const { engine } = await tools;
  const source = { kind: "reference", reference: name, pull: "missing" } as const;
  const told = { onNote, onProgress };
  return await resolveImage({ subject: "coverage", source, engine, built: new Map(), ...told, signal });
}

async function builtTarget(key: string, options: ToolImageOptions): Promise<ImageDetails> {
  const { run, tools, surroundings, flags, cleanup, signal } = options;
  const { folder, file } = flags;
  const { session, plan } = await openSession({
    surroundings,
    tools,
    flags: { folder, file, targets: [key], quiet: true },
    signal,
  });
  requireSecrets(plan, session.missing);
  const { engine } = session;
  const { project, targets } = plan;
  options.onNote(`building target ${key}`);
  cleanup.add(async () => {
    await releaseImages({ project, run, targets, engine, signal: AbortSignal.timeout(RELEASE_MS) });
  });
  const { images: built } = await withoutSecrets(session.secrets, () =>
    buildImages({
      project,
      run,
      targets,
      cache: plan.cache,
      engine,
      env: { ...plan.buildEnvironment, ...surroundings.environment.env },
      onNote: () => undefined,
      onOutput: () => undefined,
      now: () => performance.now(),
      signal,
    }),
  );
  const source = { kind: "target", target: key } as const;
  return await resolveImage({ subject: "coverage", source, engine, built, onNote: options.onNote, signal });
}

/** The last lines of a build that fails are what its steps print. */
async function withoutSecrets<T>(secrets: readonly string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isToolError(error)) throw error;
    const { code, message, hint, lastLines, exitCode, cause } = error;
    throw new ToolError({
      ...createRedactor(secrets).value({ code, message, hint, lastLines }),
      exitCode,
      cause,
    });
  }
}
