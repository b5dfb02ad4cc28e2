import { messageOf } from "../../support/error.ts";
import { bounded } from "./bounded.ts";
import type { PoolCore } from "./core.ts";
import { type Space, settle } from "./space.ts";
import type { Works } from "./works.ts";

/** The end of a pool, in three steps. */
export interface Closing {
  /** Nothing is made any more, whoever waits is told, and every lease is over. */
  stop(error: Error): void;
  /** Drops everything that it made; what is left when the signal aborts stays in the journal. */
  dropAll(signal: AbortSignal): Promise<void>;
  /** Drops what else the server has of this broker, half-made ones, but for what begins with one of `spared`. */
  sweep(prefix: string, spared: readonly string[]): Promise<void>;
  /** Lets go of the server. */
  disconnect(): Promise<void>;
}

export interface ClosingOptions {
  core: PoolCore;
  works: Works;
  stop: AbortController;
  stopDropping: AbortController;
}

/** How many are dropped at once. */
const AT_ONCE = 4;

/** What ends a pool. */
export function createClosing({ core, works, stop, stopDropping }: ClosingOptions): Closing {
  const { plan, clock, settings, stock, waiters, source } = core;
  const note = (error: unknown) => core.onNote(`not everything could be dropped: ${messageOf(error)}`);

  async function dropEach<T>(items: T[], drop: (item: T) => Promise<void>): Promise<void> {
    const one = async () => {
      for (let item = items.shift(); item !== undefined; item = items.shift()) await drop(item);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  }

  async function dropSpace(space: Space): Promise<void> {
    if (space.state === "ready" || space.state === "leased" || space.state === "kept") stock.setAside(space);
    if (space.state === "draining" || space.state === "quarantined") await works.drop(space);
    if (space.state === "quarantined") core.onNote(`${space.name} could not be dropped: ${space.reason}`);
  }

  return {
    stop(error) {
      stop.abort(error);
      waiters.rejectAll(error);
      for (const space of stock.spaces) {
        space.stopClock();
        space.onLeaseEnd();
      }
    },
    async dropAll(signal) {
      if (signal.aborted) stopDropping.abort(signal.reason);
      else signal.addEventListener("abort", () => stopDropping.abort(signal.reason), { once: true });
      await source.settled();
      await works.settled();
      await dropEach([...stock.spaces], dropSpace);
    },
    async sweep(prefix, spared) {
      const { maker } = source;
      if (maker === undefined) return;
      const call = <T>(what: string, run: (signal: AbortSignal) => Promise<T>) =>
        bounded({ clock, within: settings.within.drop, what, signal: stopDropping.signal, call: run });
      try {
        const known = new Set([...stock.spaces].map((space) => space.name));
        const found = await call(`listing what is left of ${plan.name}`, (signal) =>
          maker.list(prefix, signal),
        );
        const isSpared = (name: string) => known.has(name) || spared.some((own) => name.startsWith(own));
        const strays = found.filter((name) => !isSpared(name));
        await dropEach(strays, (name) => call(`dropping ${name}`, (signal) => maker.drop(name, signal)));
      } catch (error) {
        note(error);
      }
    },
    async disconnect() {
      for (const space of stock.spaces) settle(space);
      const { maker } = source;
      if (maker === undefined) return;
      stopDropping.abort(new Error(`spaces of ${plan.name} are closed`));
      const call = async () => await maker[Symbol.asyncDispose]();
      const signal = new AbortController().signal;
      const what = `letting go of ${plan.service}`;
      await bounded({ clock, within: settings.within.aside, what, signal, call }).catch(note);
    },
  };
}
