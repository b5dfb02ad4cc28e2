import type { SpaceKind } from "../model/index.ts";
import type { ServicePlan } from "../services/index.ts";

/** Where servers of a kind listen unless somebody says otherwise; of the S3 servers, each its own. */
const USUAL: Readonly<Record<SpaceKind, readonly number[]>> = {
  postgres: [5432],
  mysql: [3306],
  redis: [6379],
  mongodb: [27017],
  rabbitmq: [5672],
  nats: [4222],
  s3: [9000, 4566, 8333, 8080, 9090, 3900, 7070, 8000],
};

/** Where a service listens in its container: as its settings say for certain; else, of the ports that it may mean, a usual one. */
export function servicePort(options: {
  service: Pick<ServicePlan, "spec" | "server">;
  kind: SpaceKind | undefined;
  /** Ports that its image exposes. */
  exposed: readonly number[];
}): number | undefined {
  const { service, kind, exposed } = options;
  const { port, ports = [] } = service.server ?? {};
  if (port !== undefined) return port;
  const asked = service.spec.readiness.probes.flatMap((probe) => ("port" in probe ? [probe.port] : []));
  const candidates = [...ports, ...exposed, ...asked];
  const usual = kind === undefined ? [] : USUAL[kind];
  return usual.find((each) => candidates.includes(each)) ?? candidates[0] ?? usual[0];
}
