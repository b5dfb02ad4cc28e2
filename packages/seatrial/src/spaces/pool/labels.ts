import type { Clock } from "../clock.ts";
import type { Space } from "./space.ts";

/** Writes into the server whose each space is, once it was held for a second; one at a time. */
export interface Labels {
  add(space: Space): void;
}

export interface LabelsOptions {
  clock: Clock;
  write: (name: string, text: string) => Promise<void>;
  /** Called for the first one that could not be written: that never fails a test. */
  onFailure: (error: unknown) => void;
  signal: AbortSignal;
}

/** Whoever looks at the server looks for what stays: most tests are over sooner, and cost a statement less. */
const AFTER_MS = 1000;

/** No labels to write. */
export function createLabels(options: LabelsOptions): Labels {
  const { clock, write, onFailure, signal } = options;
  /** When each is to be written, the soonest first. */
  const waiting = new Map<Space, number>();
  let isAtWork = false;
  let hasFailed = false;

  async function work(): Promise<void> {
    for (const [space, due] of waiting) {
      const rest = due - clock.now();
      if (rest > 0) return wait(rest);
      waiting.delete(space);
      if (!isHeld(space) || signal.aborted) continue;
      try {
        await write(space.name, JSON.stringify({ id: space.id, ...space.holder }));
      } catch (error) {
        if (hasFailed || signal.aborted || !isHeld(space)) continue;
        hasFailed = true;
        onFailure(error);
      }
    }
    isAtWork = false;
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
  };
}

function isHeld({ state }: Space): boolean {
  return state === "leased" || state === "kept";
}
