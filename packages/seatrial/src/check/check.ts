import type { CheckName, TestStatus } from "../model/index.ts";
import type { CheckContainer } from "./container/container.ts";
import type { CheckContext } from "./context.ts";
import type { ImageIndex } from "./layers/image-index.ts";
import type { Waste } from "./layers/waste.ts";
import type { CheckPlan } from "./plan.ts";
import type { SearchedSecret } from "./secrets/values.ts";

/** One test case of a check, as it is known. Its group is `check.<name of the check>`. */
export interface CheckCase {
  /** What was asked: `pytest`, `/app/.env absent`. Unique within the check. */
  name: string;
  status: TestStatus;
  /** Failed: what was found, where, and what to do. Skipped: why. */
  message?: string | undefined;
  /** What else there is to see, such as the output of a command. */
  output?: string | undefined;
  /** Milliseconds. Default: none to speak of. */
  duration?: number | undefined;
}

interface CheckBase {
  name: CheckName;
  /** What it does and what it does not see, for `seatrial check --list`: whole sentences. */
  explain: string;
  /** What the plan asks of it, in a few words; undefined when nothing. */
  asked(plan: CheckPlan): string | undefined;
}

/** A check that reads the image's layers and configuration. */
export interface StaticCheck extends CheckBase {
  kind: "static";
  run(subject: StaticSubject): CheckCase[];
}

export interface StaticSubject {
  plan: CheckPlan;
  index: ImageIndex;
  waste: Waste;
  /** The build secrets that were looked for, and those that could not be. */
  secrets: SearchedSecret[];
}

/** A check that runs something in containers of the image. */
export interface DynamicCheck extends CheckBase {
  kind: "dynamic";
  /** Reports each case as it is known. Rejects only for what is not the image's fault. */
  run(subject: DynamicSubject): Promise<void>;
}

export interface DynamicSubject {
  plan: CheckPlan;
  context: CheckContext;
  /** One container of the release image for all checks that leave no trace in it; started when it is first asked for. */
  container(): Promise<CheckContainer>;
  report(test: CheckCase): void;
  signal: AbortSignal;
}

/** A check: a file of its own. A name may have a static and a dynamic half. */
export type Check = StaticCheck | DynamicCheck;
