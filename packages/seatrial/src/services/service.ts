import type { LaunchedWorkload } from "../agent/index.ts";
import type { Digest, Duration, ImageConfig, ServiceSpec } from "../model/index.ts";
import type { ToolError } from "../support/error.ts";
import type { ServiceEnd } from "./stop.ts";

/** A service that is ready (or a one-shot that has completed). Disposing it ends its container at once. */
export interface RunningService extends AsyncDisposable {
  readonly spec: ServiceSpec;
  readonly workload: LaunchedWorkload;
  readonly imageId: Digest;
  /** The manifest of its image, where the engine knows one. */
  readonly manifest?: Digest | undefined;
  /** How the image says that it wants to be run. */
  readonly image: ImageConfig;
  /** What its own process was started with; variables are the image's, then the service's. */
  readonly process: {
    argv: readonly string[];
    env: Readonly<Record<string, string>>;
    user?: string | undefined;
    workingDir?: string | undefined;
  };
  /** TCP ports that it is known to listen on; its main one first. */
  readonly ports: readonly number[];
  readonly standIn: boolean;
  readonly snapshot: "used" | "taken" | "none";
  readonly status: "ready" | "completed";
  /** From the start of its container until ready or completed. */
  readonly bootDuration: Duration;
  /** Resolves when the service ends although the run still needs it. Never rejects. */
  readonly failure: Promise<ToolError>;
  /**
   * Ends its process as its image and the Compose file ask for, and leaves its container: what it wrote at its end can be taken. From
   * then on its end is no failure. Never rejects.
   */
  stop(): Promise<ServiceEnd>;
}
