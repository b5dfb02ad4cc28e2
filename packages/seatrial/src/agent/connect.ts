import type { Duplex } from "node:stream";
import type { Agent } from "./agent.ts";
import { type ConnectionOptions, openConnection } from "./connection.ts";
import { agentFiles } from "./files.ts";
import { sayHello } from "./hello.ts";
import { askProbe } from "./probe.ts";
import { runProcess } from "./process.ts";
import { openRelay } from "./relay.ts";
import { openTunnel } from "./tunnel.ts";

/** Speaks to the agent at the other end of `stream`, which belongs to the agent from then on. Nothing is sent before it is asked for. */
export function connect(stream: Duplex, options: ConnectionOptions): Agent {
  const connection = openConnection(stream, options);
  return {
    hello: (signal) => sayHello(connection, { signal }),
    run: (spec, signal) => runProcess(connection, spec, signal),
    probe: (spec, probeOptions) => askProbe(connection, spec, probeOptions),
    files: agentFiles(connection),
    tunnel: (address, signal) => openTunnel(connection, address, signal),
    relay: (relayOptions) => openRelay(connection, relayOptions),
    closed: connection.closed,
    async [Symbol.asyncDispose]() {
      connection.close();
    },
  };
}
