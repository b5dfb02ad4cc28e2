import { once } from "node:events";
import { createServer } from "node:net";
import type { SpacePlan } from "../../model/index.ts";
import { type Broker, type Endpoint, loadKind, openEndpoint, openHostFilePlace } from "../../spaces/index.ts";
import { createCleanup } from "../../support/cleanup.ts";
import type { RunContext } from "../context.ts";
import type { NativeAddresses } from "./addresses.ts";
import { LOOPBACK } from "./loopback.ts";

/** Where programs of this machine reach the broker. */
export interface NativeDoor extends AsyncDisposable {
  /** SEATRIAL_BROKER, SEATRIAL_TOKEN and SEATRIAL_SUITE. The token is secret. */
  readonly variables: Record<string, string>;
}

/** Listens at 127.0.0.1, at a free port. */
export async function openNativeDoor(options: {
  broker: Broker;
  plans: readonly SpacePlan[];
  /** Whose the spaces are that it gives. */
  caller: { run: string; suite: string };
  addresses: Pick<NativeAddresses, "address">;
  /** Where services listen in their containers, by name. */
  ports: Record<string, number>;
  /** For configuration files. */
  env: Record<string, string>;
  /** Default: the real ones. */
  kind?: RunContext["spaceKinds"];
}): Promise<NativeDoor> {
  const { broker, plans, caller, addresses, kind = loadKind } = options;
  const cleanup = createCleanup();
  const files = openHostFilePlace();
  cleanup.add(async () => await files[Symbol.asyncDispose]());
  const endpoint: Endpoint = openEndpoint({
    broker,
    plans,
    kind,
    caller,
    reach: addresses,
    files,
    services: options.ports,
    env: options.env,
  });
  cleanup.add(() => endpoint.close());
  const server = createServer((connection) => endpoint.accept(connection)).listen(0, LOOPBACK);
  await once(server, "listening");
  cleanup.add(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return {
    variables: {
      SEATRIAL_BROKER: `http://${LOOPBACK}:${address.port}`,
      SEATRIAL_TOKEN: endpoint.token,
      SEATRIAL_SUITE: caller.suite,
    },
    [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose](),
  };
}
