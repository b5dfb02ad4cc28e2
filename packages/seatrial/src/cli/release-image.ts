import { access } from "node:fs/promises";
import path from "node:path";
import type { Project } from "../config/index.ts";
import { readPushedImages } from "../image/index.ts";
import type { ImageIdentity, PushedImage, PushedImages } from "../model/index.ts";
import { parseReference, type RegistryClient, type RepositoryName } from "../registry/index.ts";
import {
  type ExpectedImage,
  type FoundEvidence,
  type LayerMemory,
  type PushForRelease,
  planCandidate,
  pushCandidates,
  type ReleasePlan,
  type Source,
} from "../release/index.ts";
import { cliError } from "./errors.ts";
import type { ReleaseFlags } from "./flags.ts";
import { IMAGES_FILE } from "./push.ts";
import type { Surroundings } from "./surroundings.ts";
import { openEngine } from "./wire.ts";

/** The image that a release is about. */
export interface ReleaseImage {
  image: { repository: RepositoryName; reference: string };
  expected?: ExpectedImage | undefined;
  /** What the image was built from, as far as its build says. */
  built?: Source | undefined;
  /** An engine has pushed it for this release. */
  pushed?: PushForRelease | undefined;
}

/** An image that lies in a registry, or one that the engine holds and that must be pushed first. */
export type ChosenImage =
  | ({ kind: "pushed"; place: string } & ReleaseImage)
  | { kind: "held"; identity: ImageIdentity; built: Source; run: string };

/** Chooses the image: the one that is named, the one that `build --push` left word of, or that of the newest run here. */
export async function chooseImage(options: {
  project: Project;
  flags: ReleaseFlags;
  cwd: string;
  found: FoundEvidence;
}): Promise<ChosenImage> {
  const { project, flags, cwd, found } = options;
  if (flags.image !== undefined) {
    const { registry, repository, tag, digest } = parseReference(flags.image);
    const reference = digest ?? tag ?? "latest";
    return { kind: "pushed", place: "--image", image: { repository: { registry, repository }, reference } };
  }
  const usual = path.join(project.root, IMAGES_FILE);
  const file = flags.images === undefined ? usual : path.resolve(cwd, flags.images);
  if (flags.images !== undefined || (await isThere(file)))
    return fromList(await readPushedImages(file), file);
  return fromRuns(project, found);
}

/** Pushes an image that only the engine holds. */
export async function pushHeld(options: {
  held: Extract<ChosenImage, { kind: "held" }>;
  project: Project;
  plan: ReleasePlan;
  registries: RegistryClient;
  layerMemory: LayerMemory;
  surroundings: Surroundings;
  onNote: (note: string) => void;
  signal: AbortSignal;
}): Promise<ReleaseImage> {
  const { held, project, surroundings } = options;
  await using engine = await openEngine(surroundings);
  const { pushed, uploaded, traffic } = await pushCandidates({
    ...options,
    project: project.name,
    plan: planCandidate({ settings: project.config.release, commit: held.built.commit }),
    release: held.identity.target,
    images: [held.identity],
    source: held.built,
    engine: engine.images,
  });
  return { ...fromList(pushed, "the engine"), pushed: { isNew: uploaded.length > 0, traffic } };
}

function fromList(pushed: PushedImages, place: string): Extract<ChosenImage, { kind: "pushed" }> {
  const ships = pushed.images.find(({ target }) => target === pushed.release);
  if (ships === undefined) {
    throw cliError({
      code: "RELEASE_IMAGE_MISSING",
      message: `${place} does not have the image of target ${pushed.release}, which ships.`,
      hint: "Push again with `seatrial build --push`.",
    });
  }
  return { kind: "pushed", place, image: placeOf(ships), expected: ships, built: pushed.source };
}

function placeOf({ reference, digest }: PushedImage): ReleaseImage["image"] {
  const { registry, repository } = parseReference(reference);
  return { repository: { registry, repository }, reference: digest };
}

/** On the machine that built and tested it, nobody has to push first. */
function fromRuns(project: Project, { evidence }: FoundEvidence): ChosenImage {
  const { release } = project.config.image;
  for (const { outcome } of evidence) {
    const pushed = outcome.pushed?.find(({ target }) => target === release);
    const built = outcome.source;
    if (outcome.project !== project.name) continue;
    if (pushed !== undefined)
      return { kind: "pushed", place: `run ${outcome.run}`, image: placeOf(pushed), expected: pushed, built };
    const identity = outcome.images.find(({ target }) => target === release);
    if (identity !== undefined) return { kind: "held", identity, built, run: outcome.run };
  }
  throw cliError({
    code: "RELEASE_IMAGE_MISSING",
    message: `There is no image to release: ${IMAGES_FILE} is not there, and no run built target ${release}.`,
    hint: "Push one with `seatrial build --push`, or name one with --image or --images.",
  });
}

async function isThere(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
