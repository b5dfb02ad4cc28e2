import type { Duplex } from "node:stream";
import type { BuildResult, Emit } from "../../model/index.ts";
import type { RunPlan } from "../run-plan.ts";
import type { Definitions } from "./definitions.ts";
import type { Description } from "./description.ts";

/** Services of another owner that are ready. */
export interface BorrowedServices {
  description: Description;
  /** They were there before: what happened to them has not been told. */
  found: boolean;
  /** Resolves when they have ended although they are needed; it never rejects. */
  ended: Promise<Error>;
  /** Has spaces made by these definitions. */
  define(definitions: Definitions): Promise<void>;
  /** A connection that speaks the broker's protocol about them. */
  dialBroker(definitions: Definitions): Promise<Duplex>;
  said(service: string, lines: number): { log: string; lines: string[] };
  /** They are not used any more. */
  release(): void;
}

export interface BorrowOptions {
  /** The services that are wanted, as `planInfrastructure` gives them. */
  plan: RunPlan;
  build: Promise<BuildResult>;
  emit: Emit;
  /** The run's folder. */
  folder: string;
  signal: AbortSignal;
}

/** Finds services that are the same as those of a plan, or starts them where they outlive the run. */
export type Borrow = (options: BorrowOptions) => Promise<BorrowedServices>;
