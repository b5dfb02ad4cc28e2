import type { SpaceSummary, SpacesOutcome } from "../../model/index.ts";
import type { Broker } from "../../spaces/index.ts";

/**
 * The broker of another owner, as one run's: its outcomes are those of this run, and `onKept` is told of each of its spaces that is
 * kept, at the latest when outcomes are asked for. `open` is the broker's state before the run; it may come later.
 */
export function brokerOfRun(options: {
  broker: Broker;
  run: string;
  /** Resolves when the broker can be asked. */
  open: Promise<void>;
  onKept: (space: SpaceSummary) => void;
}): Broker {
  const { broker, run, open, onKept } = options;
  const before = open.then(() => broker.outcomes());
  // A broker that could not be had is told by the first request.
  before.catch(() => undefined);
  const told = new Set<string>();

  function tell(space: SpaceSummary): void {
    if (space.state !== "kept" || told.has(space.id)) return;
    told.add(space.id);
    onKept(space);
  }

  return {
    ...broker,
    async release(id, result) {
      const space = await broker.release(id, result);
      tell(space);
      return space;
    },
    async outcomes(of) {
      // A suite's are of its run already.
      if (of !== undefined) return await broker.outcomes(of);
      // What another owner cannot tell any more is no failure of this run.
      const [earlier, later] = await Promise.all([before, broker.outcomes()]).catch(() => [[], []]);
      const outcomes = later.map((outcome) => {
        const since = earlier.find(({ space }) => space === outcome.space);
        return {
          ...difference(outcome, since),
          kept: outcome.kept.filter(({ holder }) => holder?.run === run),
        };
      });
      for (const { kept } of outcomes) kept.forEach(tell);
      return outcomes;
    },
  };
}

function difference(later: SpacesOutcome, earlier: SpacesOutcome | undefined): SpacesOutcome {
  const { leased = 0, reused = 0, created = 0 } = earlier ?? {};
  return {
    ...later,
    leased: later.leased - leased,
    reused: later.reused - reused,
    created: later.created - created,
  };
}
