import type { PoolCore } from "./core.ts";
import type { Failures } from "./failures.ts";
import type { Keeping } from "./keeping.ts";
import type { Works } from "./works.ts";

export interface PumpOptions {
  core: PoolCore;
  works: Works;
  keeping: Keeping;
  failures: Failures;
}

/** Decides what is done next, whenever something has changed: what tests wait for comes before what only tidies up. */
export function createPump({ core, works, keeping, failures }: PumpOptions): () => void {
  const { plan, settings, stock, waiters, pace, source } = core;
  /** Making and putting back. */
  let atWork = 0;
  let isPumping = false;

  const isFull = () => stock.spaces.size >= Math.min(plan.limit, source.maker?.capacity ?? plan.limit);

  /** When making fails again and again, only who waits is a reason to try it. */
  const wanted = () => Math.max(waiters.size, failures.isHopeless ? 0 : core.ahead());

  function produce(): void {
    const most = () => (waiters.size > 0 ? settings.makers.waiting : settings.makers.usual);
    while (atWork < most()) {
      const work = nextWork();
      if (work === undefined) return;
      atWork += 1;
      void work.finally(() => {
        atWork -= 1;
        pump();
      });
    }
  }

  function nextWork(): Promise<void> | undefined {
    // The last one: it tells most of what the next tests will have done, and the server still has it at hand.
    const used = [...stock.toPutBack].at(-1);
    const coming = stock.ready.length + stock.count("creating") + works.puttingBack;
    const canMake = coming < wanted() && !isFull() && !failures.isResting;
    if (used !== undefined && (pace.putBackFirst || !canMake)) {
      stock.toPutBack.delete(used);
      return works.putBack(used);
    }
    return canMake ? works.make() : undefined;
  }

  /** Kept ones make room for tests, when nothing else is about to. */
  function makeRoom(): void {
    if (!isFull()) return;
    const staying = stock.count("leased") + stock.count("kept") + stock.count("quarantined");
    let missing = waiters.size - (stock.spaces.size - staying);
    while (missing > 0 && keeping.giveUpOldest()) missing -= 1;
  }

  function tidy(): void {
    if (waiters.size > 0 && !isFull() && !failures.isResting) return;
    const most = waiters.size > 0 ? settings.makers.waiting : 1;
    for (const space of stock.toDrop) {
      if (works.dropping >= most) return;
      void works.drop(space);
    }
  }

  function pump(): void {
    if (isPumping || core.work.aborted || source.maker === undefined) return;
    isPumping = true;
    try {
      makeRoom();
      produce();
      tidy();
    } finally {
      isPumping = false;
    }
  }

  return pump;
}
