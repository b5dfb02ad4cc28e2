import type { SpaceSummary, SpacesOutcome } from "../../model/index.ts";
import type { Broker } from "../../spaces/index.ts";

/**
 * The broker of another owner, as one run's: its outcomes are those of this run's suites, whoever else has spaces meanwhile, and `onKept`
 * is told of each of its spaces that is kept, at the latest when outcomes are asked for.
 */
export function brokerOfRun(options: {
  broker: Broker;
  run: string;
  /** By their names. */
  suites: readonly string[];
  onKept: (space: SpaceSummary) => void;
}): Broker {
  const { broker, run, suites, onKept } = options;
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
      if (of !== undefined) return await broker.outcomes(of);
      // What another owner cannot tell any more is no failure of this run.
      const asked = Promise.all(suites.map((suite) => broker.outcomes({ run, suite })));
      const outcomes = sumBySpace((await asked.catch(() => [])).flat());
      for (const { kept } of outcomes) kept.forEach(tell);
      return outcomes;
    },
  };
}

function sumBySpace(outcomes: readonly SpacesOutcome[]): SpacesOutcome[] {
  const names = [...new Set(outcomes.map(({ space }) => space))];
  return names.flatMap((name) => {
    const [first, ...others] = outcomes.filter(({ space }) => space === name);
    return first === undefined ? [] : [others.reduce(sum, first)];
  });
}

function sum(one: SpacesOutcome, other: SpacesOutcome): SpacesOutcome {
  // Of two medians, that of the greater number is nearer to the median of all.
  const { median } = one.leased < other.leased ? other.wait : one.wait;
  return {
    ...one,
    leased: one.leased + other.leased,
    reused: one.reused + other.reused,
    created: one.created + other.created,
    wait: { median, largest: Math.max(one.wait.largest, other.wait.largest) },
    kept: [...one.kept, ...other.kept],
  };
}
