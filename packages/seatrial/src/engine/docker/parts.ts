import type { Environment } from "../../registry/index.ts";
import type { DockerClient } from "./call.ts";
import type { DockerEndpoint } from "./endpoint.ts";

/** What the parts of the driver share. */
export interface DockerParts {
  client: DockerClient;
  endpoint: DockerEndpoint;
  environment: Environment;
}
