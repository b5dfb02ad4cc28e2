import type { SpaceResult } from "../broker.ts";
import { spaceError } from "../errors.ts";
import type { PoolCore } from "./core.ts";
import type { Keeping } from "./keeping.ts";
import type { PoolRequest } from "./request.ts";
import type { Space } from "./space.ts";
import { summarize } from "./space.ts";

/** Gives spaces to holders, and ends that. */
export interface Leasing {
  /** The clean one becomes the request's. */
  give(space: Space, request: PoolRequest, waited: number): Space;
  renew(space: Space, ttl: number | undefined): void;
  /** The holder gave it back. Again is fine. */
  release(space: Space, result: SpaceResult): void;
  /** The holder is gone, or its time is over: it may still be at work, so that nobody else gets it. */
  lose(space: Space, reason: string): void;
  keep(space: Space, time: number | undefined): void;
  /** The end of a lease, and no more. */
  end(space: Space): void;
}

/** The leases of a pool. */
export function createLeasing(core: PoolCore, keeping: Keeping): Leasing {
  const { plan, clock, stock, pace } = core;

  function startClock(space: Space, ttl: number, from = clock.now()): void {
    space.until = from + ttl;
    space.stopClock = clock.after(ttl, () => lose(space, "time over"));
  }

  function end(space: Space): void {
    space.stopClock();
    space.onLeaseEnd();
    space.onLeaseEnd = () => undefined;
    space.until = undefined;
  }

  function lose(space: Space, reason: string): void {
    if (space.state !== "leased" || core.work.aborted) return;
    end(space);
    if (keeping.isOn) keeping.keep(space, { reason, time: plan.keep.time, byHand: false });
    else stock.setAside(space);
    core.pump();
  }

  return {
    end,
    lose,
    give(space, request, waited) {
      space.holder = request.holder;
      space.leasedAt = clock.now();
      // Of one moment: their difference is what the holder is told that it was given.
      startClock(space, request.ttl, space.leasedAt);
      stock.move(space, "leased");
      pace.inUse(stock.count("leased"));
      request.onLease(space, waited);
      return space;
    },
    renew(space, ttl = plan.ttl) {
      if (space.state !== "leased") throw notLeased(space);
      space.stopClock();
      startClock(space, Math.min(ttl, plan.ttl));
    },
    release(space, { outcome, message }) {
      // When the broker closes, all leases are over.
      if (space.state !== "leased" || core.work.aborted) return;
      end(space);
      if (outcome === "failed" && keeping.isOn) {
        const why = firstLine(message ?? "");
        const reason = why === "" ? "failed" : `failed: ${why}`;
        keeping.keep(space, { reason, time: plan.keep.time, byHand: false });
      } else if (plan.reuse !== "recreate" && stock.isCurrent(space) && !isSurplus()) {
        stock.move(space, "draining");
        stock.toPutBack.add(space);
      } else stock.setAside(space);
      core.pump();
    },
    keep(space, time = plan.keep.time) {
      if (space.state !== "leased" && space.state !== "kept") throw notLeased(space);
      const now = clock.now();
      // Whoever asks for it again, or for less, wants it no shorter.
      const longest = Math.max(time, (space.until ?? now) - now);
      if (space.state === "leased") end(space);
      keeping.keep(space, { reason: "kept by hand", time: longest, byHand: true });
      core.pump();
    },
  };

  /** More clean ones than were lately in use at once, and than wait ahead of need. */
  function isSurplus(): boolean {
    const clean =
      stock.count("leased") + stock.count("ready") + stock.count("creating") + stock.toPutBack.size;
    return core.waiters.size === 0 && clean > pace.peak() + core.ahead();
  }
}

function firstLine(text: string): string {
  return (text.trim().split("\n")[0] ?? "").slice(0, 200);
}

function notLeased(space: Space): Error {
  const { id, state, space: name } = summarize(space);
  return spaceError({
    code: "SPACE_UNKNOWN",
    message: `The lease of ${id} (${name}) is over: it is ${state}.`,
    hint: "Ask for a space again, with a longer ttl if its time was over.",
  });
}
