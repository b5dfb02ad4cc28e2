import type { Engine } from "../engine/index.ts";
import { runOfTag } from "../image/index.ts";
import { startOfRun } from "./id.ts";
import type { FoundJournal } from "./journal.ts";
import { OWNED } from "./labels.ts";

/** An owner elsewhere, whose journal is not here, may be building for so long before it has a container. */
const BUILDS_WITHIN_MS = 60 * 60_000;

/**
 * Names of images that runs without a living owner still have: what a build whose owner was killed finished all the same, with
 * nobody to give it up. Owners on other machines are seen by their containers.
 */
export async function findHeldImages(options: {
  engine: Engine;
  journals: readonly FoundJournal[];
  /** Milliseconds since 1970. */
  now: number;
  signal: AbortSignal;
}): Promise<string[]> {
  const { engine, journals, now, signal } = options;
  const [images, workloads] = await Promise.all([
    engine.images.list({}, signal),
    engine.workloads.list(OWNED, signal),
  ]);
  const alive = new Set([
    ...journals.filter((each) => each.alive).map(({ run }) => run),
    ...workloads.map((each) => each.labels["seatrial.run"]),
  ]);
  return images
    .flatMap(({ references }) => references)
    .filter((reference) => {
      const run = runOfTag(reference);
      const start = run === undefined ? undefined : startOfRun(run);
      return start !== undefined && start < now - BUILDS_WITHIN_MS && !alive.has(run);
    });
}
