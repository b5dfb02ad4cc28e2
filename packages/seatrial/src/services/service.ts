import type { LaunchedWorkload } from "../agent/index.ts";
import type { Digest, Duration, ServiceSpec } from "../model/index.ts";
import type { ToolError } from "../support/error.ts";

/** A service that is ready (or a one-shot that has completed). Disposing it ends its container at once. */
export interface RunningService extends AsyncDisposable {
  readonly spec: ServiceSpec;
  readonly workload: LaunchedWorkload;
  readonly imageId: Digest;
  readonly standIn: boolean;
  readonly snapshot: "used" | "taken" | "none";
  readonly status: "ready" | "completed";
  /** From the start of its container until ready or completed. */
  readonly bootDuration: Duration;
  /** Resolves when the service ends although the run still needs it. Never rejects. */
  readonly failure: Promise<ToolError>;
}
