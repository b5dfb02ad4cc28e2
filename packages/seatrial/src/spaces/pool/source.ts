import type { SpacePlan } from "../../model/index.ts";
import { isToolError, type ToolError } from "../../support/error.ts";
import type { Clock } from "../clock.ts";
import type { SpaceMaker } from "../maker.ts";
import { asSpaceError, bounded } from "./bounded.ts";

/** The maker of a definition, opened when it is first needed. */
export interface Source {
  readonly maker: SpaceMaker | undefined;
  readonly isOpening: boolean;
  /** What requests fail with now: a template that could not be built stays so; a server that was away is tried again after a while. */
  readonly failure: ToolError | undefined;
  /** Opens it, unless that is done, under way, or failed a moment ago. */
  open(): void;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

export interface SourceOptions {
  plan: SpacePlan;
  clock: Clock;
  /** Milliseconds. */
  within: number;
  openMaker: (signal: AbortSignal) => Promise<SpaceMaker>;
  onOpen: () => void;
  onFailure: (error: ToolError) => void;
  signal: AbortSignal;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** A maker that is not open yet. */
export function createSource(options: SourceOptions): Source {
  const { plan, clock, within, openMaker, signal } = options;
  let maker: SpaceMaker | undefined;
  let opening: Promise<void> | undefined;
  let failure: ToolError | undefined;
  let retryAt = 0;
  let pause = FIRST_PAUSE_MS;

  async function attempt(): Promise<void> {
    try {
      maker = await bounded({
        clock,
        within,
        what: `preparing spaces of ${plan.name}`,
        signal,
        call: openMaker,
        // Nobody waits for it any more.
        onLate: (late) => void Promise.resolve(late[Symbol.asyncDispose]()).catch(() => undefined),
      });
      failure = undefined;
    } catch (error) {
      failure = asSpaceError(error, `Spaces of ${plan.name} cannot be made`);
      const isFinal = isToolError(failure, "TEMPLATE_FAILED") || isToolError(failure, "SPACE_KIND_UNKNOWN");
      retryAt = isFinal ? Number.POSITIVE_INFINITY : clock.now() + pause;
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    }
    opening = undefined;
    if (maker !== undefined) options.onOpen();
    else if (failure !== undefined) options.onFailure(failure);
  }

  return {
    get maker() {
      return maker;
    },
    get isOpening() {
      return opening !== undefined;
    },
    get failure() {
      return clock.now() < retryAt ? failure : undefined;
    },
    open() {
      if (maker !== undefined || opening !== undefined || signal.aborted || clock.now() < retryAt) return;
      opening = attempt();
    },
    settled: async () => await opening,
  };
}
