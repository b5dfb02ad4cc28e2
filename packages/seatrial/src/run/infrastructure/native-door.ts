import { once } from "node:events";
import { createServer } from "node:net";
import { type Endpoint, loadKind, openEndpoint, openHostFilePlace } from "../../spaces/index.ts";
import { createCleanup } from "../../support/cleanup.ts";
import type { RunContext } from "../context.ts";
import type { NativeAddresses } from "./addresses.ts";
import { LOOPBACK } from "./loopback.ts";
import type { OwnSpaces } from "./own-spaces.ts";

/** Where programs of this machine reach the broker. */
export interface NativeDoor extends AsyncDisposable {
  /** SEATRIAL_BROKER and SEATRIAL_TOKEN. The token is secret. */
  readonly variables: Record<string, string>;
}

/** The suite that programs of this machine are, in what is told of spaces. */
const SUITE = "native";

/** Listens at 127.0.0.1, at a free port. */
export async function openNativeDoor(options: {
  context: RunContext;
  spaces: OwnSpaces;
  addresses: NativeAddresses;
  /** Where services listen in their containers, by name. */
  ports: Record<string, number>;
  /** For configuration files. */
  env: Record<string, string>;
}): Promise<NativeDoor> {
  const { context, spaces, addresses } = options;
  const cleanup = createCleanup();
  const files = openHostFilePlace();
  cleanup.add(async () => await files[Symbol.asyncDispose]());
  const endpoint: Endpoint = openEndpoint({
    broker: spaces.broker,
    plans: spaces.plans(),
    kind: context.spaceKinds ?? loadKind,
    caller: { run: context.run, suite: SUITE },
    reach: addresses,
    files,
    services: options.ports,
    env: options.env,
  });
  cleanup.add(() => endpoint.close());
  context.hide?.(endpoint.token);
  const server = createServer((connection) => endpoint.accept(connection)).listen(0, LOOPBACK);
  await once(server, "listening");
  cleanup.add(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return {
    variables: {
      SEATRIAL_BROKER: `http://${LOOPBACK}:${address.port}`,
      SEATRIAL_TOKEN: endpoint.token,
      SEATRIAL_SUITE: SUITE,
    },
    [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose](),
  };
}
