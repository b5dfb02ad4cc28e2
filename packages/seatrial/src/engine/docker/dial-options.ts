import type { Duplex } from "node:stream";
import type { Environment } from "../../registry/index.ts";
import type { DockerEndpoint } from "./endpoint.ts";

/** Opens one more connection to the engine, ready for HTTP/1.1. Fails with ENGINE_UNREACHABLE or ENGINE_DENIED. */
export type Dial = () => Promise<Duplex>;

export interface DialOptions {
  endpoint: DockerEndpoint;
  /** For ssh. */
  environment: Environment;
  /** Milliseconds until a connection must stand. */
  connectTimeout: number;
}
