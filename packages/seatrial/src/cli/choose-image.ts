import { access, rm } from "node:fs/promises";
import path from "node:path";
import type { Project } from "../config/index.ts";
import { readPushedImages } from "../image/index.ts";
import type { Digest, Outcome, Platform } from "../model/index.ts";
import { parseReference } from "../registry/index.ts";
import type { FoundEvidence } from "../release/index.ts";
import { EXIT } from "../support/error.ts";
import { cliError } from "./errors.ts";
import type { ReleaseFlags } from "./flags.ts";
import { IMAGES_FILE } from "./push.ts";
import { type ChosenImage, fromList, placeOf } from "./release-image.ts";

/**
 * Chooses the image: the one that is named, else that of the newest run here, which the list of `build --push` must agree with when it
 * is there. Fails with RELEASE_IMAGE_MISSING or RELEASE_IMAGE_UNCLEAR.
 */
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
  if (flags.images !== undefined) {
    const file = path.resolve(cwd, flags.images);
    return fromList(await readPushedImages(file), file);
  }
  const runs = imagesOf(
    project,
    found.evidence.map(({ outcome }) => outcome),
  );
  const file = path.join(project.root, IMAGES_FILE);
  if (await isThere(file)) {
    const listed = fromList(await readPushedImages(file), file);
    const newest = runs.find(({ platform }) => platform === listed.expected?.platform);
    if (newest !== undefined && !isSame(listed, newest)) throw unclear({ file, listed, newest });
    return listed;
  }
  const [newest] = runs;
  if (newest === undefined) throw missing(project);
  return newest.chosen;
}

/** Removes the list of pushed images when it is about another image than this run: what is released from here on is the run's. */
export async function forgetOtherList(project: Project, outcome: Outcome): Promise<void> {
  const file = path.join(project.root, IMAGES_FILE);
  const [ships] = imagesOf(project, [outcome]);
  if (ships === undefined || !(await isThere(file))) return;
  const listed = await readPushedImages(file)
    .then((list) => fromList(list, file))
    .catch(() => undefined);
  if (listed === undefined || !isSame(listed, ships)) await rm(file, { force: true });
}

/** The image that ships of a run. */
interface RunImage {
  run: string;
  platform: Platform;
  /** What engines and registries call it. */
  ids: Digest[];
  chosen: ChosenImage;
}

type Told = Pick<Outcome, "run" | "project" | "startedAt" | "images" | "pushed" | "source">;

/** Of each run that has one, the newest first. On the machine that built and tested it, nobody has to push first. */
function imagesOf(project: Project, outcomes: readonly Told[]): RunImage[] {
  const { release } = project.config.image;
  return outcomes
    .filter((outcome) => outcome.project === project.name)
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
    .flatMap(({ run, images, pushed = [], source: built }): RunImage[] => {
      const identity = images.find(({ target }) => target === release);
      const inRegistry = pushed.find(({ target }) => target === release);
      const known = inRegistry ?? identity;
      if (known === undefined) return [];
      const ids = [identity?.imageId, inRegistry?.imageId, inRegistry?.digest].filter(
        (id) => id !== undefined,
      );
      const chosen: ChosenImage | undefined =
        inRegistry !== undefined
          ? { kind: "pushed", place: `run ${run}`, image: placeOf(inRegistry), expected: inRegistry, built }
          : identity && { kind: "held", identity, built, run };
      return chosen === undefined ? [] : [{ run, platform: known.platform, ids, chosen }];
    });
}

type Listed = ReturnType<typeof fromList>;

function isSame({ image, expected }: Listed, { ids }: RunImage): boolean {
  return ids.some((id) => id === expected?.imageId || id === image.reference);
}

/** Nobody knows which one is meant: the list may be older than the run, or the run an experiment after it. */
function unclear({ file, listed, newest }: { file: string; listed: Listed; newest: RunImage }): Error {
  return cliError({
    code: "RELEASE_IMAGE_UNCLEAR",
    message: `${file} lists the image ${listed.expected?.imageId}${madeFrom(listed.built?.commit)}, and the newest run here, ${newest.run}, is about another one, ${newest.ids[0]}${madeFrom(newest.chosen.built?.commit)}.`,
    hint: `Remove the file to release what run ${newest.run} was about, or name the list with --images ${IMAGES_FILE}.`,
    exitCode: EXIT.usage,
  });
}

function madeFrom(commit: string | undefined): string {
  return commit === undefined ? "" : ` (of commit ${commit.slice(0, 12)})`;
}

function missing({ config }: Project): Error {
  return cliError({
    code: "RELEASE_IMAGE_MISSING",
    message: `There is no image to release: ${IMAGES_FILE} is not there, and no run built target ${config.image.release}.`,
    hint: "Push one with `seatrial build --push`, or name one with --image or --images.",
  });
}

async function isThere(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
