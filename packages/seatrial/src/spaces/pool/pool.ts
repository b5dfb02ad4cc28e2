import { setMaxListeners } from "node:events";
import type { SpacePlan, SpaceSummary, SpacesOutcome } from "../../model/index.ts";
import type { Clock } from "../clock.ts";
import { isHeldBy, type SpaceClient } from "../held-by.ts";
import type { SpaceJournal } from "../journal/journal.ts";
import type { SpaceMaker } from "../maker.ts";
import type { BrokerSettings } from "../settings.ts";
import { bounded } from "./bounded.ts";
import { type Closing, createClosing } from "./closing.ts";
import { makerOf, type PoolCore } from "./core.ts";
import { createCounts } from "./counts.ts";
import { dropByHand } from "./dropping.ts";
import { createFailures } from "./failures.ts";
import { createKeeping } from "./keeping.ts";
import { createLabels, LABEL_MS } from "./labels.ts";
import { createLeasing, type Leasing } from "./leasing.ts";
import { setLostAside } from "./lost.ts";
import { createPace } from "./pace.ts";
import { createPump } from "./pump.ts";
import type { PoolRequest } from "./request.ts";
import { createSource } from "./source.ts";
import { type Space, summarize } from "./space.ts";
import { createStock } from "./stock.ts";
import { createWaitList } from "./wait-list.ts";
import { waitOver } from "./wait-over.ts";
import { createWorks } from "./works.ts";

/** All spaces of one definition: clean ones ahead of need, those in use, those on their way out. */
export interface Pool extends Pick<Leasing, "renew" | "release" | "lose" | "keep">, Closing {
  readonly plan: SpacePlan;
  /** Begins to make them, ahead of the first request. */
  prepare(): void;
  /** A clean one, from memory when one is ready. */
  acquire(request: PoolRequest): Promise<Space>;
  /** Resolves when it is gone, or when the server refused: it is quarantined then. */
  drop(space: Space): Promise<void>;
  /** The server lost it by itself. */
  lost(name: string, why: string): void;
  readonly spaces: ReadonlySet<Space>;
  /** Of all, or of what one client had. */
  outcome(of?: SpaceClient): SpacesOutcome;
}

export interface PoolOptions {
  plan: SpacePlan;
  clock: Clock;
  settings: BrokerSettings;
  journal: SpaceJournal;
  openMaker: (signal: AbortSignal) => Promise<SpaceMaker>;
  newId: () => string;
  nextName: () => string;
  onBegin: (space: Space) => void;
  onGone: (space: Space) => void;
  onKept: (summary: SpaceSummary) => void;
  onNote: (note: string) => void;
}

/** A pool in which nothing happens until it is asked for something. */
export function createPool(options: PoolOptions): Pool {
  const { plan, clock, settings, openMaker, nextName, onKept, onNote } = options;
  const work = new AbortController();
  const dropping = new AbortController();
  // Each call to the server listens, and as many may be under way as there are spaces.
  setMaxListeners(0, work.signal, dropping.signal);
  const waiters = createWaitList(clock);
  const pace = createPace(clock);
  const stock = createStock(options);
  const source = createSource({
    plan,
    clock,
    within: settings.within.open,
    openMaker,
    onOpen: () => core.pump(),
    onFailure: (error) => waiters.rejectAll(error),
    signal: work.signal,
  });
  const counts = createCounts();
  const labels = createLabels({
    clock,
    signal: work.signal,
    onFailure: (error) => onNote(`a space could not be labelled: ${String(error)}`),
    write: (name, text) =>
      bounded({
        clock,
        within: Math.min(settings.within.aside, LABEL_MS),
        what: `labelling ${name}`,
        // Not broken off when the broker begins to close: what is dropped then waits for it.
        signal: dropping.signal,
        call: (signal) => makerOf(core).label(name, text, signal),
      }),
  });
  let isPrepared = false;
  const ahead = () => (isPrepared ? (plan.warm ?? Math.max(settings.ahead, pace.ahead())) : 0);
  const core: PoolCore = {
    plan,
    clock,
    settings,
    stock,
    waiters,
    pace,
    source,
    work: work.signal,
    dropping: dropping.signal,
    nextName,
    onKept,
    onNote,
    counts,
    labels,
    ahead,
    pump: () => pump(),
    offer(space) {
      if (space.state === "creating") stock.move(space, "ready");
      const waiter = waiters.take();
      if (waiter === undefined) stock.ready.push(space);
      else waiter.resolve(give(space, waiter.request, clock.now() - waiter.since));
    },
  };
  const failures = createFailures({ clock, onRested: () => core.pump(), signal: work.signal });
  const works = createWorks(core, failures);
  const keeping = createKeeping(core);
  const leasing = createLeasing(core, keeping);
  const pump = createPump({ core, works, keeping, failures });
  /** After the answer: another one is made in its place. */
  let isPumpDue = false;
  function pumpSoon(): void {
    if (isPumpDue) return;
    isPumpDue = true;
    setImmediate(() => {
      isPumpDue = false;
      pump();
    });
  }

  function give(space: Space, request: PoolRequest, waited: number): Space {
    leasing.give(space, request, waited);
    counts.leased(space, waited);
    labels.add(space);
    return space;
  }

  return {
    plan,
    spaces: stock.spaces,
    renew: leasing.renew,
    release: leasing.release,
    lose: leasing.lose,
    keep: leasing.keep,
    ...createClosing({ core, works, stop: work, stopDropping: dropping }),
    lost: (name, why) => setLostAside({ name, why }, { core, keeping }),
    drop: (space) => dropByHand(space, { core, works, keeping, leasing }),
    outcome(of) {
      const kept = [...stock.spaces].filter(
        ({ state, holder }) => state === "kept" && (of === undefined || isHeldBy(of, holder)),
      );
      return {
        ...{ space: plan.name, service: plan.service, kind: plan.kind },
        ...counts.read(of),
        kept: kept.map(summarize),
      };
    },
    prepare() {
      isPrepared = true;
      source.open();
      core.pump();
    },
    async acquire(request) {
      for (const signal of request.signals) signal.throwIfAborted();
      isPrepared = true;
      pace.asked();
      const space = waiters.size === 0 ? stock.ready.pop() : undefined;
      if (space !== undefined) {
        give(space, request, 0);
        pumpSoon();
        return space;
      }
      if (source.failure !== undefined) throw source.failure;
      source.open();
      const over = (waited: number) => {
        const { isOpening } = source;
        const now = clock.now();
        return waitOver({ plan, waited, spaces: stock.spaces, now, isOpening, lastFailure: failures.last });
      };
      const waiting = waiters.add(request, over);
      core.pump();
      return await waiting;
    },
  };
}
