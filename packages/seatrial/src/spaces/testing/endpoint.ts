import type { ConfigTemplate, SpacePlan } from "../../model/index.ts";
import type { Reach } from "../broker.ts";
import { type Endpoint, type EndpointOptions, openEndpoint } from "../endpoint/endpoint.ts";
import { type FakeBroker, fakeBroker } from "./fake-broker.ts";
import { addressKind } from "./fake-kind.ts";

/** Services under their names, as in a run. */
export const nameReach: Reach = { address: async (host, port) => ({ host, port }) };

export function spacePlan(name: string, files: ConfigTemplate[] = []): SpacePlan {
  return {
    ...{ name, service: name, kind: "postgres", isolation: "database", reuse: "auto", files },
    template: { steps: [] },
    limit: 64,
    ttl: 600_000,
    keep: { count: 10, time: 1_800_000, bytes: 1_000_000_000 },
  };
}

/** A real endpoint of suite `integration` in run `run-1`, before a broker in memory. */
export function testEndpoint(options: Partial<EndpointOptions> & { broker?: FakeBroker } = {}): {
  endpoint: Endpoint;
  broker: FakeBroker;
  headers: { authorization: string };
} {
  const broker = options.broker ?? fakeBroker();
  const endpoint = openEndpoint({
    caller: { run: "run-1", suite: "integration" },
    plans: [spacePlan("postgres"), spacePlan("redis")],
    kind: async () => addressKind,
    reach: nameReach,
    ...options,
    broker,
  });
  return { endpoint, broker, headers: { authorization: `Bearer ${endpoint.token}` } };
}
