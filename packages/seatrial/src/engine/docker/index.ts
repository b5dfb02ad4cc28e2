// The driver for Docker Engine 20.10 and later, and what speaks its API: a thin client over Node's own HTTP.
// Finds the engine as the docker command line does. Knows nothing of runs, agents or Compose.
export { connectDocker, type DockerOptions } from "./connect.ts";
export { type DockerEndpoint, resolveEndpoint } from "./endpoint.ts";
export { mayBeStarting } from "./may-be-starting.ts";
