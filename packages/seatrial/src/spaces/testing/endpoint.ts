import type { ConfigTemplate } from "../../model/index.ts";
import type { Reach } from "../broker.ts";
import { type Endpoint, type EndpointOptions, openEndpoint } from "../endpoint/endpoint.ts";
import { type FakeBroker, fakeBroker } from "./fake-broker.ts";
import { addressKind } from "./fake-kind.ts";
import { spacePlan } from "./plan.ts";

/** Services under their names, as in a run. */
export const nameReach: Reach = { address: async (host, port) => ({ host, port }) };

export const planOf = (name: string, files: ConfigTemplate[] = []) =>
  spacePlan({ name, service: name, limit: 64, files });

/** A real endpoint of suite `integration` in run `run-1`, before a broker in memory. */
export function testEndpoint(options: Partial<EndpointOptions> & { broker?: FakeBroker } = {}): {
  endpoint: Endpoint;
  broker: FakeBroker;
  headers: { authorization: string };
} {
  const broker = options.broker ?? fakeBroker();
  const endpoint = openEndpoint({
    caller: { run: "run-1", suite: "integration" },
    plans: [planOf("postgres"), planOf("redis")],
    kind: async () => addressKind,
    reach: nameReach,
    ...options,
    broker,
  });
  return { endpoint, broker, headers: { authorization: `Bearer ${endpoint.token}` } };
}
