import type { Digest, TagReceipt } from "../model/index.ts";
import { isToolError, type ToolError } from "../support/error.ts";
import type { Candidate } from "./candidate.ts";
import { commitsOfImage, REVISION_LABEL } from "./commits-of-image.ts";
import type { History, Kinship, MayMove, Move } from "./history.ts";
import type { ReleasePlan } from "./plan.ts";
import type { ReleasePlaces, Signing } from "./prepared.ts";

/** Judges by the commits that the image is of; one look at each image. Without a history, or where all is allowed, everything moves. */
export function mayMoveTo(options: {
  plan: Pick<ReleasePlan, "allowBackwards">;
  places: ReleasePlaces;
  candidate: Candidate;
  signing?: Signing | undefined;
  history?: History | undefined;
  source: { now?: { commit?: string | undefined } | undefined };
  signal: AbortSignal;
}): MayMove | undefined {
  const { plan, places, candidate, signing, history, source, signal } = options;
  const { commit } = source.now ?? {};
  if (history === undefined || commit === undefined || plan.allowBackwards) return undefined;
  const known = new Map<Digest, Promise<Move>>();
  const look = async (digest: Digest) => {
    const said = await commitsOfImage({
      repository: places.to,
      digest,
      signer: signing?.signer,
      candidates: places.candidates,
      isLabelled: candidate.images.every(({ labels }) => labels[REVISION_LABEL] === commit),
      signal,
    });
    if ("unread" in said) return judgeUnread(said.unread, { hasKey: signing !== undefined });
    const related = said.commits.map(async (each) => ({
      commit: each,
      kinship: await history.kinshipOf(each),
    }));
    return judgeMove(await Promise.all(related), signing === undefined ? UNSAID : UNATTESTED);
  };
  return async (digest) => {
    const move = known.get(digest) ?? look(digest);
    known.set(digest, move);
    return await move;
  };
}

const UNSAID = "an image that nobody says a commit of";
const UNATTESTED = "an image that this key attests no commit of";

/** One image may have been made of several commits: a newer one among them counts most, then one that this was made on. */
export function judgeMove(related: readonly { commit: string; kinship: Kinship }[], unsaid = UNSAID): Move {
  const find = (...kinships: Kinship[]) => related.find(({ kinship }) => kinships.includes(kinship))?.commit;
  const newer = find("newer");
  if (newer !== undefined) return { to: "backwards", why: `an image of the newer commit ${short(newer)}` };
  if (find("same", "older") !== undefined) return { to: "forward" };
  const unknown = find("unknown");
  if (unknown !== undefined)
    return {
      to: "unknown",
      why: `an image of commit ${short(unknown)}, which this checkout has too little history to place: fetch all of it`,
    };
  const apart = find("apart");
  return apart === undefined
    ? { to: "unknown", why: unsaid }
    : {
        to: "backwards",
        why: `an image of commit ${short(apart)}, which is not among those that this one was made on`,
      };
}

const FOR_GOOD = ["REGISTRY_DENIED", "REGISTRY_REFUSED"];

/** What cannot be read may be of a newer commit: another look costs less than a tag that moved back. */
function judgeUnread(error: ToolError, options: { hasKey: boolean }): Move {
  // Some registries list no tags, or not to all who push: without a key no tag would ever move there.
  const isForGood = !options.hasKey && FOR_GOOD.some((code) => isToolError(error, code));
  const why = `an image whose commit could not be read (${error.message.replace(/\.$/, "")})`;
  return { to: isForGood ? "unknown" : "unread", why };
}

/** The tags, of which those are kept that would move backwards, or from what could not be read. */
export async function keepNewer(options: {
  tags: readonly TagReceipt[];
  digest: Digest;
  mayMove: MayMove | undefined;
}): Promise<{ tags: TagReceipt[]; warnings: string[] }> {
  const { digest, mayMove } = options;
  const judged = options.tags.map(async (each): Promise<{ tag: TagReceipt; warnings: string[] }> => {
    const { tag, kind, before } = each;
    if (kind !== "floating" || before === undefined || before === digest || mayMove === undefined)
      return { tag: each, warnings: [] };
    const move = await mayMove(before);
    if (move.to === "backwards" || move.to === "unread")
      return { tag: { ...each, state: "kept" }, warnings: [keptWarning(tag, move)] };
    return { tag: each, warnings: move.to === "unknown" ? [`${tag} moves from ${move.why}`] : [] };
  });
  const all = await Promise.all(judged);
  return { tags: all.map(({ tag }) => tag), warnings: all.flatMap(({ warnings }) => warnings) };
}

/** A tag that was left alone, for people. */
export function keptWarning(tag: string, { to, why }: Exclude<Move, { to: "forward" }>): string {
  const again = to === "unread" ? "Releasing again looks again; " : "";
  return `${tag} stays where it is: it names ${why}. ${again}--allow-backwards moves it all the same`;
}

function short(commit: string): string {
  return commit.slice(0, 12);
}
