import { createHash } from "node:crypto";
import path from "node:path";
import { type FoundJournal, journalFolder, readJournals } from "../journal.ts";
import { inTurn } from "../turn.ts";
import type { OwnedKind } from "./description.ts";

/** The living owners of this kind for a project's folder, the oldest first. */
export async function findOwners(options: {
  state: string;
  root: string;
  kinds: readonly OwnedKind[];
}): Promise<FoundJournal[]> {
  const { state, root, kinds } = options;
  const found = await readJournals(state);
  return found
    .filter((entry) => entry.alive && entry.root === root && kinds.includes(entry.kind))
    .sort((a, b) => (a.run < b.run ? -1 : 1));
}

/**
 * Becomes the one owner of its kind for a project's folder, by writing its journal with `become`; or gives the one that was
 * quicker. `yields` says whether a living one is to be taken in place of becoming one.
 */
export async function claimRoot<T>(options: {
  state: string;
  root: string;
  kind: OwnedKind;
  yields: (other: FoundJournal) => boolean;
  become: () => Promise<T>;
  signal: AbortSignal;
}): Promise<{ mine: T } | { other: FoundJournal }> {
  const { state, root, kind, signal } = options;
  const key = createHash("sha256").update(`${kind} ${root}`).digest("hex").slice(0, 16);
  const file = path.join(journalFolder(state), `${key}.turn`);
  return await inTurn({ file, signal }, async () => {
    const others = await findOwners({ state, root, kinds: [kind] });
    const other = others.find(options.yields);
    return other === undefined ? { mine: await options.become() } : { other };
  });
}
