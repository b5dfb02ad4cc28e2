import type { Duration } from "../../model/index.ts";
import type { GlobalFlags } from "../flags.ts";
import type { EnvFormat } from "./env-format.ts";

/** What `own` is asked to own besides runs: services that outlive the command which wants them. Plain data. */
export interface InfrastructureRequest extends GlobalFlags {
  what: "up" | "warm";
  /** Services by name; none: all that suites need. */
  services: string[];
  /** Suites by name, whose services are meant; none: all. */
  suites: string[];
  /** Services are started from their images. */
  fresh: boolean;
  /** Runs that are on their way out: being there is no reason to yield to them. */
  instead: string[];
  /** How long it lives without being used. */
  lease: Duration;
  /** Nothing is said of what it waits for before it has services. */
  quiet?: boolean | undefined;
}

/** What `up` is told. */
export interface UpFlags extends GlobalFlags {
  services: string[];
  format: EnvFormat;
  envOut?: string;
  for: string;
  fresh?: boolean;
  quiet?: boolean;
}
