import type { SpacePlan, SpaceSummary } from "../../model/index.ts";
import type { Clock } from "../clock.ts";
import type { SpaceMaker } from "../maker.ts";
import type { BrokerSettings } from "../settings.ts";
import type { Counts } from "./counts.ts";
import type { Labels } from "./labels.ts";
import type { Pace } from "./pace.ts";
import type { Source } from "./source.ts";
import type { Space } from "./space.ts";
import type { Stock } from "./stock.ts";
import type { WaitList } from "./wait-list.ts";

/** What the parts of a pool share. */
export interface PoolCore {
  readonly plan: SpacePlan;
  readonly clock: Clock;
  readonly settings: BrokerSettings;
  readonly stock: Stock;
  readonly waiters: WaitList;
  readonly pace: Pace;
  readonly source: Source;
  /** Aborts when the broker begins to close: nothing is made any more. */
  readonly work: AbortSignal;
  /** Aborts when the time for closing is over. */
  readonly dropping: AbortSignal;
  readonly nextName: () => string;
  readonly onKept: (summary: SpaceSummary) => void;
  readonly onNote: (note: string) => void;
  readonly counts: Counts;
  readonly labels: Labels;
  /** How many clean ones should wait ahead of need. */
  ahead(): number;
  /** Looks what is to be done next. Called after every change. */
  pump(): void;
  /** A clean one goes to whoever waits longest, or to the others. */
  offer(space: Space): void;
}

/** The maker, which is there whenever there is a space. */
export function makerOf({ plan, source }: PoolCore): SpaceMaker {
  if (source.maker === undefined) throw new Error(`the maker of ${plan.name} is not open`);
  return source.maker;
}
