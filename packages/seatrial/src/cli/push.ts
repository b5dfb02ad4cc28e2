import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { type CacheStage, cacheTag, pushCache } from "../image/index.ts";
import type { PushedImages } from "../model/index.ts";
import { parseReference, type RegistryClient, resolveBeforePush } from "../registry/index.ts";
import {
  type CandidatePlan,
  openLayerMemory,
  planCandidate,
  pushCandidates,
  type ReleasedImages,
  writeRecord,
} from "../release/index.ts";
import type { RunContext, RunPlan } from "../run/index.ts";
import { messageOf } from "../support/error.ts";
import { cliError } from "./errors.ts";
import { cacheFolder } from "./paths.ts";
import { type RegistryOpener, registryOpener } from "./registry-opener.ts";
import type { Session } from "./session.ts";
import { findTaken, ownStages, withTaken } from "./take-released.ts";

/** Where `build --push` leaves the list of what it pushed, relative to the project's folder. */
export const IMAGES_FILE = path.join(".seatrial", "images.json");

/** Where the images of a build are pushed to, and what pushes them. */
export interface Pushing {
  plan: CandidatePlan;
  push: NonNullable<RunContext["push"]>;
  pushCache: NonNullable<RunContext["pushCache"]>;
  /** What the run does in place of building, since this commit was released already. */
  instead: RunPlan | undefined;
}

/** Plans the pushes of a project, and looks in its registry whether this commit was released already. */
export async function openPush(options: {
  session: Session;
  /** Its targets would be built. */
  plan: RunPlan;
  /** Whether it is built whatever was released. */
  rebuild: boolean;
  /** Hears of each further try of the registry in which that is looked up, and that it lets nobody look. */
  onRetry: (note: string) => void;
  signal: AbortSignal;
}): Promise<Pushing> {
  const { session } = options;
  const { project, source } = session;
  const settings = project.config.release;
  const { commit } = await source;
  const plan = planCandidate({ settings, commit, locate: project.locate });
  const open = registryOpener(session);
  const taken = options.rebuild ? undefined : await findTaken({ ...options, candidate: plan, open });
  return {
    plan,
    instead: taken && withTaken(options.plan, taken),
    push: taken === undefined ? pushImages(session, open) : listTaken(session, taken),
    pushCache: pushStages(session, open),
  };
}

/** Other jobs find what was taken as they find what was pushed. */
function listTaken(session: Session, { images }: ReleasedImages): NonNullable<RunContext["push"]> {
  const { project } = session;
  return async () => {
    const pushed: PushedImages = {
      version: 1,
      project: project.name,
      source: await session.source,
      release: project.config.image.release,
      taken: true,
      images,
    };
    await writeImages(path.join(project.root, IMAGES_FILE), pushed);
    return { pushed, uploaded: [] };
  };
}

/** Pushes the project's own targets, which other jobs cannot build again, and writes their list. */
function pushImages(session: Session, open: RegistryOpener): NonNullable<RunContext["push"]> {
  const { project, engine } = session;
  const stages = ownStages(project);
  return async ({ plan, images, onNote, signal }) => {
    await using registries = await open(onNote);
    const pushed = await pushCandidates({
      project: project.name,
      plan,
      release: project.config.image.release,
      images: images.filter(({ target }) => stages.has(target)),
      source: await session.source,
      engine: engine.images,
      registries,
      layerMemory: openLayerMemory(cacheFolder(session.surroundings.environment)),
      onNote,
      signal,
    });
    await writeImages(path.join(project.root, IMAGES_FILE), pushed.pushed);
    return { ...pushed, warnings: await record({ plan, pushed: pushed.pushed, registries, signal }) };
  };
}

/** What later pipelines of the commit look for. Without it they build another image, and no more. */
async function record(options: {
  plan: CandidatePlan;
  pushed: PushedImages;
  registries: RegistryClient;
  signal: AbortSignal;
}): Promise<string[]> {
  const { plan, pushed, registries, signal } = options;
  const { commit, dirty } = pushed.source;
  if (commit === undefined || dirty !== false) return [];
  try {
    await writeRecord({ ...pushed, repository: registries.repository(plan.repository), commit, signal });
    return [];
  } catch (error) {
    signal.throwIfAborted();
    return [`what was built together is not recorded beside the candidates: ${messageOf(error)}`];
  }
}

/** Writes the stages that ran steps, and those that the registry does not have yet. */
function pushStages(session: Session, open: RegistryOpener): NonNullable<RunContext["pushCache"]> {
  const { engine, surroundings } = session;
  return async ({ cache, stale, environment, onNote, signal }) => {
    await using registries = await open(onNote);
    const { manifests } = registries.repository(parseReference(cache.repository));
    const { reads } = cache.scopes;
    const isMissing = async (stage: CacheStage) => {
      if (stale.includes(stage.target.key)) return true;
      const found = await Promise.all(
        reads.map((scope) => resolveBeforePush({ manifests, reference: cacheTag(stage, scope), signal })),
      );
      return found.every((each) => each === undefined);
    };
    const wanted = await Promise.all(
      cache.stages.map(async (stage) => ((await isMissing(stage)) ? [stage] : [])),
    );
    const env = { ...environment, ...surroundings.environment.env };
    await pushCache({ cache, stages: wanted.flat(), engine, env, onNote, onOutput: () => undefined, signal });
  };
}

async function writeImages(file: string, pushed: PushedImages): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(`${file}.part`, `${JSON.stringify(pushed, undefined, 2)}\n`);
    await rename(`${file}.part`, file);
  } catch (cause) {
    throw cliError({
      code: "IMAGES_NOT_WRITABLE",
      message: `Cannot write ${file}: ${messageOf(cause)}`,
      hint: "The images are pushed; other jobs find them by this file.",
      cause,
    });
  }
}
