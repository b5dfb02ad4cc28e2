import type { ProbeSpec, ServiceSpec } from "../model/index.ts";
import type { SnapshotDescription } from "./presets/index.ts";

/** Where a server listens, and who may do anything there. */
export interface ServerAddress {
  /** What its settings say for certain. */
  port?: number | undefined;
  /** Others that it may listen on. */
  ports?: readonly number[] | undefined;
  user?: string | undefined;
  password?: string | undefined;
  database?: string | undefined;
}

/** A service with everything that is known of its kind. */
export interface ServicePlan {
  spec: ServiceSpec;
  /** Where its settings are in the configuration. Default: `services.<name>`. */
  settings?: string | undefined;
  /** The kind that its image was recognised as. */
  preset?: string | undefined;
  /** Ready answers of one server instance in a row that are needed. */
  confirmations: number;
  /** TCP ports that it is known to listen on, the one that it is asked at first. Default: those of its image. */
  ports?: readonly number[] | undefined;
  /** At most its first port says how to ask it: its image's own health check comes before that, the image's first port after. */
  asksImage: boolean;
  /** Its port and administrator, as its settings tell; absent: what to ask its image. */
  server?: ServerAddress | undefined;
  /** How its server is spoken to, with the credentials that it was given. Absent: its kind is not known. */
  access?: ProbeSpec | undefined;
  /** What is known of keeping its state. */
  snapshot?: SnapshotDescription | undefined;
}
