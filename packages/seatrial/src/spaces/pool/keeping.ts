import { messageOf } from "../../support/error.ts";
import { bounded } from "./bounded.ts";
import { makerOf, type PoolCore } from "./core.ts";
import { type Space, summarize } from "./space.ts";

/** Spaces that are kept for people to look at, within the definition's limits. */
export interface Keeping {
  readonly size: number;
  /** The definition keeps spaces at all. */
  readonly isOn: boolean;
  /** Keeps a leased one for this long; one that is kept already, from now on. */
  keep(space: Space, options: { reason: string; time: number; byHand: boolean }): void;
  /** Takes it out, for it to be dropped. */
  giveUp(space: Space): void;
  /** Gives up the oldest one, for tests that wait; those kept by hand last. Returns whether there was one. */
  giveUpOldest(): boolean;
}

/** Nothing is kept yet. */
export function createKeeping(core: PoolCore): Keeping {
  const { plan, clock, settings, stock } = core;
  // Each oldest first.
  const failed = new Set<Space>();
  const byHand = new Set<Space>();

  function giveUp(space: Space): void {
    failed.delete(space);
    byHand.delete(space);
    space.stopClock();
    space.until = undefined;
    stock.setAside(space);
    core.pump();
  }

  function enforce(): void {
    let bytes = 0;
    for (const space of failed) bytes += space.bytes ?? 0;
    for (const space of failed) {
      if (failed.size <= plan.keep.count && bytes <= plan.keep.bytes) return;
      bytes -= space.bytes ?? 0;
      giveUp(space);
    }
  }

  async function vacate({ name }: Space): Promise<void> {
    const { maker } = core.source;
    if (maker?.vacate === undefined || core.work.aborted) return;
    await bounded({
      clock,
      within: settings.within.aside,
      what: `leaving ${name}`,
      signal: core.work,
      call: async (signal) => await maker.vacate?.(name, signal),
    }).catch((error: unknown) =>
      core.onNote(`${name} is kept with a session of ours in it: ${messageOf(error)}`),
    );
  }

  async function weigh(space: Space): Promise<void> {
    const { made } = space;
    if (made === undefined || core.work.aborted) return;
    // Without a size, it counts for nothing.
    space.bytes = await bounded({
      clock,
      within: settings.within.aside,
      what: `asking for the size of ${space.name}`,
      signal: core.work,
      call: (signal) => makerOf(core).size(made, signal),
    }).catch(() => undefined);
    if (space.state === "kept") enforce();
  }

  return {
    get size() {
      return failed.size + byHand.size;
    },
    isOn: plan.keep.count > 0 && plan.keep.time > 0 && plan.keep.bytes > 0,
    keep(space, { reason, time, byHand: isByHand }) {
      space.stopClock();
      space.until = clock.now() + time;
      space.reason = reason;
      if (space.state === "kept") stock.note(space);
      else {
        stock.move(space, "kept");
        void vacate(space);
      }
      failed.delete(space);
      byHand.delete(space);
      (isByHand ? byHand : failed).add(space);
      space.stopClock = clock.after(time, () => giveUp(space));
      core.onKept(summarize(space));
      enforce();
      void weigh(space);
    },
    giveUp,
    giveUpOldest() {
      const [oldest] = failed.size > 0 ? failed : byHand;
      if (oldest === undefined) return false;
      core.onNote(
        `${oldest.name}, kept for ${oldest.holder?.test ?? "nobody"} (${oldest.reason}), is given up: tests wait`,
      );
      giveUp(oldest);
      return true;
    },
  };
}
