import type { Project } from "../config/index.ts";
import type { ImageIdentity, PushedImage, PushedImages } from "../model/index.ts";
import { parseReference, type RegistryClient, type RepositoryName } from "../registry/index.ts";
import {
  type ExpectedImage,
  type LayerMemory,
  type PushForRelease,
  planCandidate,
  pushCandidates,
  type ReleasePlan,
  type Source,
} from "../release/index.ts";
import { cliError } from "./errors.ts";
import type { Surroundings } from "./surroundings.ts";
import { openEngine } from "./wire.ts";

/** The image that a release is about. */
export interface ReleaseImage {
  image: { repository: RepositoryName; reference: string };
  expected?: ExpectedImage | undefined;
  /** What the image was built from, as far as its build says. */
  built?: Source | undefined;
  /** It is that of an earlier release of the commit. */
  taken?: boolean | undefined;
  /** An engine has pushed it for this release. */
  pushed?: PushForRelease | undefined;
}

/** An image that lies in a registry, or one that the engine holds and that must be pushed first. */
export type ChosenImage =
  | ({ kind: "pushed"; place: string } & ReleaseImage)
  | { kind: "held"; identity: ImageIdentity; built: Source; run: string };

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
  const { held, project, surroundings, signal } = options;
  await using engine = await openEngine(surroundings, { signal });
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

/** The image that ships, from a list of pushed ones. Fails with RELEASE_IMAGE_MISSING. */
export function fromList(pushed: PushedImages, place: string): Extract<ChosenImage, { kind: "pushed" }> {
  const ships = pushed.images.find(({ target }) => target === pushed.release);
  if (ships === undefined) {
    throw cliError({
      code: "RELEASE_IMAGE_MISSING",
      message: `${place} does not have the image of target ${pushed.release}, which ships.`,
      hint: "Push again with `seatrial build --push`.",
    });
  }
  const { source: built, taken } = pushed;
  return { kind: "pushed", place, image: placeOf(ships), expected: ships, built, taken };
}

/** Where it lies, by digest. */
export function placeOf({ reference, digest }: PushedImage): ReleaseImage["image"] {
  const { registry, repository } = parseReference(reference);
  return { repository: { registry, repository }, reference: digest };
}
