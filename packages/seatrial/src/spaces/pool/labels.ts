import type { Duration } from "../../model/index.ts";
import type { Clock } from "../clock.ts";
import type { Space } from "./space.ts";

/** Writes into the server whose each space is, once it was held for a second; one at a time. */
export interface Labels {
  add(space: Space): void;
  /**
   * Nothing is written about it from now on; resolves when what is under way has ended or was given up. To be called before the space is
   * put back or dropped: a server that hears of the label afterwards has it in another test's space, or makes a place of that name again.
   */
  end(space: Space): Promise<void>;
}

export interface LabelsOptions {
  clock: Clock;
  /** Gives up by itself. */
  write: (name: string, text: string) => Promise<void>;
  /** Called for the first one that could not be written: that never fails a test. */
  onFailure: (error: unknown) => void;
  /** Its end is that of what has not begun. */
  signal: AbortSignal;
}

/** Whoever looks at the server looks for what stays: most tests are over sooner, and cost a statement less. */
const AFTER_MS = 1000;
/** A space that was given back waits as long, at most. */
export const LABEL_MS: Duration = 3000;

/** No labels to write. */
export function createLabels(options: LabelsOptions): Labels {
  const { clock, write, onFailure, signal } = options;
  /** When each is to be written, the soonest first. */
  const waiting = new Map<Space, number>();
  let underWay: { space: Space; done: Promise<void> } | undefined;
  let isAtWork = false;
  let hasFailed = false;

  async function work(): Promise<void> {
    for (const [space, due] of waiting) {
      const rest = due - clock.now();
      if (rest > 0) return wait(rest);
      waiting.delete(space);
      if (!isHeld(space) || signal.aborted) continue;
      underWay = { space, done: label(space) };
      await underWay.done;
      underWay = undefined;
    }
    isAtWork = false;
  }

  async function label(space: Space): Promise<void> {
    try {
      await write(space.name, JSON.stringify({ id: space.id, ...space.holder }));
    } catch (error) {
      // The server may carry it out all the same, at any time.
      space.isUnwanted = true;
      if (hasFailed || signal.aborted || !isHeld(space)) return;
      hasFailed = true;
      onFailure(error);
    }
  }

  function wait(ms: number): void {
    clock.after(ms, () => void work());
  }

  return {
    add(space) {
      waiting.set(space, clock.now() + AFTER_MS);
      if (isAtWork) return;
      isAtWork = true;
      wait(AFTER_MS);
    },
    async end(space) {
      waiting.delete(space);
      if (underWay?.space === space) await underWay.done;
    },
  };
}

function isHeld({ state }: Space): boolean {
  return state === "leased" || state === "kept";
}
