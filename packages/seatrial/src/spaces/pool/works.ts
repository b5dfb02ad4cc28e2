import { isToolError, messageOf } from "../../support/error.ts";
import { asSpaceError, bounded } from "./bounded.ts";
import { makerOf, type PoolCore } from "./core.ts";
import type { Failures } from "./failures.ts";
import { type Space, settle } from "./space.ts";

/** What is done in the server. None of them fails: what goes wrong shows in the space's state. */
export interface Works {
  make(): Promise<void>;
  putBack(space: Space): Promise<void>;
  drop(space: Space): Promise<void>;
  /** How many are put back, and dropped, right now. */
  readonly puttingBack: number;
  readonly dropping: number;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

/** How often dropping is tried by itself. */
const DROP_TRIES = 10;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** The works of a pool. */
export function createWorks(core: PoolCore, failures: Failures): Works {
  const { plan, clock, settings, stock, waiters, pace } = core;
  const underWay = new Set<Promise<void>>();
  let puttingBack = 0;
  let dropping = 0;

  async function make(): Promise<void> {
    const space = stock.begin(core.nextName(), "creating");
    const stop = new AbortController();
    const follow = () => stop.abort(core.work.reason);
    core.work.addEventListener("abort", follow, { once: true });
    space.stopWork = () => stop.abort(new Error(`${space.name} is not wanted any more`));
    try {
      const start = clock.now();
      space.made = await bounded({
        clock,
        within: settings.within.make,
        what: `making ${space.name}`,
        signal: stop.signal,
        call: (signal) => makerOf(core).make(space.name, signal),
        onLate: () => dropLate(space),
      });
      pace.made(clock.now() - start);
      core.counts.created();
    } catch (error) {
      if (!stop.signal.aborted) makeFailed(error);
      quarantine(space, error);
      return;
    } finally {
      core.work.removeEventListener("abort", follow);
    }
    failures.worked();
    if (space.isUnwanted || core.work.aborted || !stock.isCurrent(space)) stock.setAside(space);
    else core.offer(space);
  }

  function makeFailed(error: unknown): void {
    failures.failed(error);
    checkLoss(error);
    if (failures.isHopeless) waiters.rejectAll(asSpaceError(error, `A space of ${plan.name} cannot be made`));
  }

  /** Its making was given up, and it was made all the same. */
  function dropLate(space: Space): void {
    if (core.work.aborted) return;
    // It may have been dropped before it was there.
    stock.toDrop.add(space.state === "quarantined" ? space : stock.begin(space.name, "draining"));
    core.pump();
  }

  function checkLoss(error: unknown): void {
    if (!isToolError(error, "SPACE_SERVER_LOST")) return;
    stock.newEpoch();
    for (const space of stock.ready.splice(0)) stock.setAside(space);
  }

  async function putBack(space: Space): Promise<void> {
    const { made } = space;
    if (made === undefined) throw new Error(`${space.name} was never made`);
    let isClean: boolean;
    puttingBack += 1;
    await core.labels.end(space);
    const start = clock.now();
    try {
      isClean = await bounded({
        clock,
        within: settings.within.reset,
        what: `putting back ${space.name}`,
        signal: core.work,
        call: (signal) => makerOf(core).reset(made, signal),
      });
    } catch (error) {
      checkLoss(error);
      quarantine(space, error);
      return;
    } finally {
      puttingBack -= 1;
    }
    pace.putBack(clock.now() - start, isClean);
    if (!isClean || space.isUnwanted || core.work.aborted || !stock.isCurrent(space)) stock.toDrop.add(space);
    else core.offer(stock.beginAgain(space, made));
  }

  async function drop(space: Space): Promise<void> {
    stock.toDrop.delete(space);
    space.stopClock();
    stock.move(space, "dropping");
    dropping += 1;
    await core.labels.end(space);
    try {
      await bounded({
        clock,
        within: settings.within.drop,
        what: `dropping ${space.name}`,
        signal: core.dropping,
        call: (signal) => makerOf(core).drop(space.name, signal),
      });
      stock.move(space, "gone");
      settle(space);
    } catch (error) {
      space.failedDrops += 1;
      checkLoss(error);
      quarantine(space, error);
    } finally {
      dropping -= 1;
    }
  }

  /** Something failed: nobody gets it again, and it is dropped as soon as that works. */
  function quarantine(space: Space, error: unknown): void {
    space.reason = messageOf(error);
    space.until = undefined;
    stock.move(space, "quarantined");
    if (core.work.aborted) {
      settle(space);
      return;
    }
    // What was not wanted any more did not fail.
    if (!space.isUnwanted || space.failedDrops > 0)
      core.onNote(`${space.name} is set aside: ${space.reason}`);
    if (space.failedDrops > 0) settle(space);
    if (space.failedDrops >= DROP_TRIES) return;
    const pause =
      space.failedDrops === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (space.failedDrops - 1), LONGEST_PAUSE_MS);
    const retry = () => {
      stock.toDrop.add(space);
      core.pump();
    };
    if (pause === 0) retry();
    else space.stopClock = clock.after(pause, retry);
  }

  const track = (work: Promise<void>) => {
    const tracked = work.finally(() => {
      underWay.delete(tracked);
      core.pump();
    });
    underWay.add(tracked);
    return tracked;
  };
  return {
    make: () => track(make()),
    putBack: (space) => track(putBack(space)),
    drop: (space) => track(drop(space)),
    get puttingBack() {
      return puttingBack;
    },
    get dropping() {
      return dropping;
    },
    async settled() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}
