import type { Engine } from "../../engine/index.ts";
import type { RunningService } from "../../services/index.ts";
import { orAborted } from "../../support/abort.ts";
import { type Forwarder, openForwarder } from "./forward.ts";
import { LOOPBACK } from "./loopback.ts";
import { GATE_PORT, reachesPublished } from "./reachable.ts";

export interface NativeAddress {
  host: string;
  port: number;
}

/** Where programs of this machine find ports of services. Closing it closes what it forwards. */
export interface NativeAddresses extends AsyncDisposable {
  /**
   * Resolves with where a port of a service is answered: published by the engine, or forwarded by this process. A port that the
   * service is not known to listen on is one of a space's, and forwarded until the signal aborts.
   */
  address(service: string, port: number, signal: AbortSignal): Promise<NativeAddress>;
}

export interface NativeAddressesOptions {
  engine: Engine;
  /** Resolves when the service is ready. */
  running: (service: string) => Promise<RunningService>;
  /** The service whose container publishes the gate as well; absent: nothing is published. */
  gate?: string | undefined;
}

/** Finds addresses when they are first asked for. */
export function createNativeAddresses(options: NativeAddressesOptions): NativeAddresses {
  const { engine, running } = options;
  const closing = new AbortController();
  const known = new Map<string, Promise<NativeAddress>>();
  const forwarders = new Set<Forwarder>();
  let reaching: Promise<boolean> | undefined;

  async function publishedOf(service: RunningService): Promise<Record<number, number>> {
    return (await engine.workloads.inspect(service.workload.id, closing.signal))?.published ?? {};
  }

  async function reaches(): Promise<boolean> {
    if (options.gate === undefined) return false;
    const service = await running(options.gate);
    const port = (await publishedOf(service))[GATE_PORT];
    const { agent } = service.workload;
    return port !== undefined && (await reachesPublished({ agent, port, signal: closing.signal }));
  }

  async function find(service: RunningService, port: number): Promise<NativeAddress> {
    reaching ??= reaches();
    const published = (await reaching) ? await publishedOf(service) : {};
    const chosen = published[port];
    return chosen === undefined ? await forward(service, port) : { host: LOOPBACK, port: chosen };
  }

  async function forward({ spec, workload }: RunningService, port: number): Promise<Forwarder> {
    // By its name, not by loopback: servers such as PostgreSQL trust that one without a password.
    const forwarder = await openForwarder((signal) =>
      workload.agent.tunnel({ host: spec.name, port }, signal),
    );
    forwarders.add(forwarder);
    return forwarder;
  }

  async function forwardWhile(
    service: RunningService,
    port: number,
    signal: AbortSignal,
  ): Promise<Forwarder> {
    signal.throwIfAborted();
    const forwarder = await forward(service, port);
    const end = () => {
      forwarders.delete(forwarder);
      void forwarder[Symbol.asyncDispose]();
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
    return forwarder;
  }

  return {
    async address(name, port, signal) {
      const service = await orAborted(running(name), signal);
      if (!service.ports.includes(port)) {
        const forwarder = await forwardWhile(service, port, signal);
        return { host: forwarder.host, port: forwarder.port };
      }
      const key = `${name}:${port}`;
      const address = known.get(key) ?? find(service, port);
      known.set(key, address);
      const found = await orAborted(address, signal);
      return { host: found.host, port: found.port };
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new Error("the infrastructure has ended"));
      await Promise.allSettled(known.values());
      await Promise.all([...forwarders].map((each) => each[Symbol.asyncDispose]()));
    },
  };
}
