import type { SpaceHolder, SpacePlan, SpaceState, SpaceSummary } from "../../model/index.ts";
import type { JournalEntry } from "../journal/entry.ts";
import type { MadeSpace } from "../maker.ts";

/** A space on its way from being made to being gone. When it is put back, it ends as `gone` and begins again under another id. */
export interface Space {
  readonly id: string;
  readonly name: string;
  readonly plan: SpacePlan;
  state: SpaceState;
  made: MadeSpace | undefined;
  /** It was put back at least once. */
  readonly isReused: boolean;
  readonly createdAt: number;
  /** Which life of the server it was made in: one that saw the server go is never put back. */
  readonly epoch: number;
  holder?: SpaceHolder | undefined;
  leasedAt?: number | undefined;
  until?: number | undefined;
  bytes?: number | undefined;
  reason?: string | undefined;
  /** Somebody asked for its end while something else was under way. */
  isUnwanted: boolean;
  /** How often dropping it failed. */
  failedDrops: number;
  /** Breaks off its making. */
  stopWork: () => void;
  /** Stops the clock of its lease, its keeping or its quarantine. */
  stopClock: () => void;
  /** Called once when its lease ends, however it ends. */
  onLeaseEnd: () => void;
  /** Called when it is gone, or could not be dropped. */
  onSettled: (() => void)[];
}

/** What a space begins with. */
export function createSpace(given: {
  id: string;
  name: string;
  plan: SpacePlan;
  state: SpaceState;
  made: MadeSpace | undefined;
  isReused: boolean;
  createdAt: number;
  epoch: number;
}): Space {
  const nothing = () => undefined;
  return {
    ...given,
    isUnwanted: false,
    failedDrops: 0,
    stopWork: nothing,
    stopClock: nothing,
    onLeaseEnd: nothing,
    onSettled: [],
  };
}

/** What may follow what. Everything else is a bug. */
const NEXT: Record<SpaceState, readonly SpaceState[]> = {
  creating: ["ready", "draining", "quarantined"],
  ready: ["leased", "draining"],
  leased: ["kept", "draining"],
  kept: ["draining"],
  draining: ["dropping", "quarantined", "gone"],
  dropping: ["gone", "quarantined"],
  quarantined: ["dropping"],
  gone: [],
};

/** Fails when this state may not follow that of the space: a bug. */
export function checkMove(space: Space, to: SpaceState): void {
  if (NEXT[space.state].includes(to)) return;
  throw new Error(`space ${space.id} (${space.name}) cannot go from ${space.state} to ${to}`);
}

/** What people see of it. */
export function summarize(space: Space): SpaceSummary {
  const { id, name, plan, state, holder, createdAt, leasedAt, until, bytes, reason } = space;
  return {
    id,
    space: plan.name,
    service: plan.service,
    kind: plan.kind,
    name,
    state,
    holder,
    createdAt: isoTime(createdAt),
    leasedAt: leasedAt === undefined ? undefined : isoTime(leasedAt),
    until: until === undefined ? undefined : isoTime(until),
    bytes,
    reason,
  };
}

/** The line of the journal that says where it is. */
export function journalEntry(space: Space, at: number): JournalEntry {
  const { id, name, plan, state, holder, createdAt, leasedAt, until, bytes, reason } = space;
  return { name, id, space: plan.name, state, at, createdAt, leasedAt, until, holder, bytes, reason };
}

/** Tells whoever asked for its end. */
export function settle(space: Space): void {
  for (const settled of space.onSettled.splice(0)) settled();
}

/** ISO 8601 of milliseconds since 1970. */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}
