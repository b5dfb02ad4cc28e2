import type { SpacePlan, SpaceState } from "../../model/index.ts";
import type { Clock } from "../clock.ts";
import type { SpaceJournal } from "../journal/journal.ts";
import type { MadeSpace } from "../maker.ts";
import { checkMove, createSpace, journalEntry, type Space } from "./space.ts";

/** All spaces of one definition that are not gone, and in what state they are. */
export interface Stock {
  readonly spaces: ReadonlySet<Space>;
  /** Clean ones; the newest is given out first. */
  readonly ready: Space[];
  /** Used ones that are to be put back, in the order in which they came back. */
  readonly toPutBack: Set<Space>;
  /** Those to be dropped, oldest first. */
  readonly toDrop: Set<Space>;
  count(state: SpaceState): number;
  /** Begins a space, which is in the journal from now on. */
  begin(name: string, state: "creating" | "draining"): Space;
  /** A space that was put back ends, and begins again under another id. */
  beginAgain(space: Space, made: MadeSpace): Space;
  move(space: Space, to: SpaceState): void;
  /** Writes down what changed of it beside its state. */
  note(space: Space): void;
  /** It is not for tests any more, and waits for being dropped. */
  setAside(space: Space): void;
  /** The server was away: whatever it holds from before is never given out again. */
  newEpoch(): void;
  isCurrent(space: Space): boolean;
}

export interface StockOptions {
  plan: SpacePlan;
  clock: Clock;
  journal: SpaceJournal;
  newId: () => string;
  onBegin: (space: Space) => void;
  onGone: (space: Space) => void;
}

/** An empty stock. */
export function createStock(options: StockOptions): Stock {
  const { plan, clock, journal, newId, onBegin, onGone } = options;
  const spaces = new Set<Space>();
  const counts = new Map<SpaceState, number>();
  let epoch = 0;
  const add = (state: SpaceState, by: number) => counts.set(state, (counts.get(state) ?? 0) + by);
  const note = (space: Space) => journal.note(journalEntry(space, clock.now()));

  function enter(space: Space): Space {
    spaces.add(space);
    add(space.state, 1);
    onBegin(space);
    return space;
  }

  function change(space: Space, to: SpaceState): void {
    checkMove(space, to);
    add(space.state, -1);
    space.state = to;
    if (to === "gone") {
      spaces.delete(space);
      onGone(space);
    } else add(to, 1);
  }

  function move(space: Space, to: SpaceState): void {
    change(space, to);
    note(space);
  }

  const toDrop = new Set<Space>();
  return {
    spaces,
    ready: [],
    toPutBack: new Set(),
    toDrop,
    count: (state) => counts.get(state) ?? 0,
    begin(name, state) {
      const createdAt = clock.now();
      const fresh = { id: newId(), name, plan, state, made: undefined, isReused: false, createdAt, epoch };
      const space = enter(createSpace(fresh));
      journal.intend(journalEntry(space, createdAt));
      return space;
    },
    beginAgain(space, made) {
      // In the journal it goes on: its name does.
      change(space, "gone");
      const { name, createdAt } = space;
      const again = createSpace({
        id: newId(),
        name,
        plan,
        state: "ready",
        made,
        isReused: true,
        createdAt,
        epoch: space.epoch,
      });
      note(again);
      return enter(again);
    },
    move,
    note,
    setAside(space) {
      move(space, "draining");
      toDrop.add(space);
    },
    newEpoch() {
      epoch += 1;
    },
    isCurrent: (space) => space.epoch === epoch,
  };
}
