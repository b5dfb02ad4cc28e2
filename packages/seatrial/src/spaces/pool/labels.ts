import type { Clock } from "../clock.ts";
import type { Space } from "./space.ts";

/** Writes into the server whose each space is, one at a time and after the answer to the test. */
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

/** No labels to write. */
export function createLabels(options: LabelsOptions): Labels {
  const { clock, write, onFailure, signal } = options;
  const waiting = new Set<Space>();
  let isAtWork = false;
  let hasFailed = false;

  async function work(): Promise<void> {
    for (const space of waiting) {
      waiting.delete(space);
      // Quick tests have long given it back.
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

  return {
    add(space) {
      waiting.add(space);
      if (isAtWork) return;
      isAtWork = true;
      clock.after(0, () => void work());
    },
  };
}

function isHeld({ state }: Space): boolean {
  return state === "leased" || state === "kept";
}
