import type { Digest, Problem, TagReceipt } from "../model/index.ts";
import {
  familiarName,
  type Manifest,
  type Repository,
  type RepositoryName,
  resolveBeforePush,
} from "../registry/index.ts";
import type { ToolError } from "../support/error.ts";
import { releaseError } from "./errors.ts";
import { keptWarning } from "./floating-tags.ts";
import type { MayMove } from "./history.ts";
import type { PlannedTag } from "./plan-tags.ts";

/** What each tag names before anything is changed, and a warning where the registry lets nobody look. */
export async function readTags(options: {
  repository: Repository;
  tags: readonly PlannedTag[];
  /** Nothing was seen in the repository yet: it may not exist before it is pushed to. */
  mayBeMissing: boolean;
  signal: AbortSignal;
}): Promise<{ tags: TagReceipt[]; warnings: string[] }> {
  const { repository, tags, mayBeMissing, signal } = options;
  const { manifests } = repository;
  const denials: ToolError[] = [];
  const onDenied = (error: ToolError) => void denials.push(error);
  const read = tags.map(async ({ tag, kind }): Promise<TagReceipt> => {
    const found = mayBeMissing
      ? await resolveBeforePush({ manifests, reference: tag, onDenied, signal })
      : await manifests.resolve(tag, signal);
    return { tag, kind, before: found?.digest, state: "not-set" };
  });
  return {
    tags: await Promise.all(read),
    warnings: denials.slice(0, 1).map((error) => unseen(repository, error)),
  };
}

function unseen({ name }: Repository, { message }: ToolError): string {
  return `${familiarName(name)} is taken for a repository that does not exist yet: ${message}`;
}

/** A release is refused whole when one of its immutable tags names something else. */
export function refuseTaken(options: {
  repository: RepositoryName;
  tags: readonly TagReceipt[];
  digest: Digest;
}): Problem[] {
  const { repository, tags, digest } = options;
  return tags
    .filter(({ kind, before }) => kind === "immutable" && before !== undefined && before !== digest)
    .map(({ tag, before }) => ({
      code: "TAG_TAKEN",
      message: `The tag ${tag} of ${familiarName(repository)} never moves, and names ${before} already, not ${digest}.`,
      hint: "Release under another tag. If another pipeline released this commit meanwhile, run this one again: `build --push` takes what was released then. If the tag was a mistake, delete it in the registry, or list it under release.floating.",
      subject: tag,
    }));
}

interface SetTagsOptions {
  repository: Repository;
  manifest: Manifest;
  /** As they were read before. */
  tags: readonly TagReceipt[];
  onSet: (tag: TagReceipt) => void;
  /** Whether a floating tag that somebody moves meanwhile may leave the image that it names then. */
  mayMove?: MayMove | undefined;
  onWarning: (warning: string) => void;
  signal: AbortSignal;
}

/**
 * Gives the manifest its tags, one after the other in this order, and reads each back. `onSet` is told of each as soon as it is known;
 * a tag that names the manifest already, or is kept, is left alone. Fails with TAG_MOVED when somebody else moved one meanwhile, unless
 * it is a floating one and known whose commit is the newer.
 */
export async function setTags(options: SetTagsOptions): Promise<void> {
  const { repository, manifest, tags, onSet, onWarning, signal } = options;
  const { digest } = manifest;
  for (const each of tags) {
    const { tag, before } = each;
    // Mounts and attestations lie between the first look and now; overwriting blindly would undo somebody's release.
    const now = (await repository.manifests.resolve(tag, signal))?.digest;
    if (now !== before && now !== digest) {
      const move = each.kind === "floating" && now !== undefined ? await options.mayMove?.(now) : undefined;
      if (move?.to === "backwards") {
        onSet({ ...each, before: now, state: "kept" });
        onWarning(keptWarning(tag, move));
        continue;
      }
      if (move?.to !== "forward") throw tagMoved({ repository, each, now, digest });
    } else if (each.state === "kept") continue;
    if (before === digest && now === digest) {
      await readBack({ ...options, each, state: "unchanged" });
      continue;
    }
    await putTag({ ...options, each });
    await readBack({ ...options, each, state: "set" });
  }
}

/** What counts is the bytes under a tag: to a HEAD a registry may answer anything. */
async function readBack(
  options: SetTagsOptions & { each: TagReceipt; state: "set" | "unchanged" },
): Promise<void> {
  const { repository, manifest, each, state, onSet, signal } = options;
  const { digest } = manifest;
  // Whatever happens to the reading back: from here on it is set.
  onSet({ ...each, state });
  const after = (await repository.manifests.get(each.tag, signal))?.digest;
  onSet({ ...each, after, state: after === digest ? state : "not-set" });
  if (after !== digest) throw tagMoved({ repository, each, now: after, digest });
}

/** How long a registry that failed is given to say what a tag names, in milliseconds. The user may have stopped by then. */
const LOOK_MS = 5_000;

/**
 * Sets a tag. When that fails, what counts is what the registry has, and the tag is looked at once more: an answer may be lost on its way
 * back, and the same request be refused when it is sent again.
 */
async function putTag(options: SetTagsOptions & { each: TagReceipt }): Promise<void> {
  const { repository, manifest, each, onSet, signal } = options;
  const { digest } = manifest;
  try {
    await repository.manifests.put(each.tag, manifest, signal);
  } catch (error) {
    onSet({ ...each, state: "unknown" });
    const look = repository.manifests.resolve(each.tag, AbortSignal.timeout(LOOK_MS));
    const after = await look.then(
      (found) => ({ digest: found?.digest }),
      () => undefined,
    );
    if (after === undefined) throw error;
    const isSet = after.digest === digest;
    onSet({ ...each, after: after.digest, state: isSet ? "set" : "not-set" });
    if (!isSet || signal.aborted) throw error;
  }
}

function tagMoved(options: {
  repository: Repository;
  each: TagReceipt;
  now: Digest | undefined;
  digest: Digest;
}): Error {
  const { repository, each, now, digest } = options;
  return releaseError({
    code: "TAG_MOVED",
    message: `Somebody else moved the tag ${each.tag} of ${familiarName(repository.name)} meanwhile: it names ${now ?? "nothing"} now, not ${digest}.`,
    hint: "Another release may be running. See which one is meant to win, and run this one again if it is.",
  });
}
