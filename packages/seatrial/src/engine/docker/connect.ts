import type { Environment } from "../../registry/index.ts";
import { orAborted } from "../../support/abort.ts";
import type { EngineCapabilities } from "../capabilities.ts";
import type { Engine } from "../engine.ts";
import { negotiateApiVersion } from "./api-version.ts";
import { readCapabilities } from "./capabilities.ts";
import { createClient, withApiVersion } from "./client.ts";
import { readClock } from "./clock.ts";
import { createDial } from "./dial.ts";
import type { DockerEndpoint } from "./endpoint.ts";
import { createExchange } from "./exchange.ts";
import { createDockerImages } from "./images.ts";
import { createDockerNetworks } from "./networks.ts";
import { createDockerVolumes } from "./volumes.ts";
import { createDockerWorkloads } from "./workloads.ts";

export interface DockerOptions {
  endpoint: DockerEndpoint;
  /** For ssh, credential helpers and the docker configuration. */
  environment: Environment;
  /** Milliseconds until a connection stands. Default 20 s. */
  connectTimeout?: number | undefined;
  /** Milliseconds until an answer has begun, where no call says otherwise. Default 120 s. */
  answerTimeout?: number | undefined;
  /** Where Linux tells the routes of this machine. Default `/proc/net/route`. */
  routeTable?: string | undefined;
}

/** A Docker Engine, dialled by the first call. Closing it ends idle connections and calls under way, not attached streams. */
export function connectDocker(options: DockerOptions): Engine {
  const { endpoint, environment } = options;
  const dial = createDial({ endpoint, environment, connectTimeout: options.connectTimeout ?? 20_000 });
  const { exchange, close } = createExchange({ endpoint, dial });
  const plain = createClient({ endpoint, exchange, answerTimeout: options.answerTimeout ?? 120_000 });
  const client = withApiVersion(
    plain,
    async () => await negotiateApiVersion(plain, { endpoint, answerWithin: options.answerTimeout }),
  );
  const parts = { client, endpoint, environment };
  let known: Promise<EngineCapabilities> | undefined;
  return {
    endpoint: endpoint.url,
    commandEnvironment: endpoint.commandEnvironment,
    async capabilities(signal) {
      signal.throwIfAborted();
      // The answer outlives the first asker, and so must not end with its signal.
      known ??= readCapabilities(client, new AbortController().signal).catch((error: unknown) => {
        known = undefined;
        throw error;
      });
      return await orAborted(known, signal);
    },
    clock: async (signal) => await readClock({ client, endpoint, signal }),
    images: createDockerImages(parts),
    workloads: createDockerWorkloads(parts),
    networks: createDockerNetworks({ client, endpoint, routeTable: options.routeTable ?? "/proc/net/route" }),
    volumes: createDockerVolumes(client),
    async [Symbol.asyncDispose]() {
      close();
    },
  };
}
