import type { ProbeSpec } from "../../model/index.ts";
import type { ServicePlan } from "../../services/index.ts";
import type { NativeAddress } from "./addresses.ts";

/**
 * Variables by which programs of this machine find a service: `<SERVICE>_HOST`, `<SERVICE>_PORT` of its main port, `<SERVICE>_PORT_<n>`
 * of each further one, and `<SERVICE>_URL` where it is known how its server is spoken to.
 */
export function serviceVariables(options: {
  plan: ServicePlan;
  /** Its main port first. */
  ports: readonly number[];
  /** By port. */
  addresses: Readonly<Record<string, NativeAddress>>;
}): Record<string, string> {
  const { plan, ports, addresses } = options;
  const name = plan.spec.name.toUpperCase().replace(/[^A-Z0-9]/g, "_");
  const prefix = /^\d/.test(name) ? `_${name}` : name;
  const [main, ...further] = ports.flatMap((port) => {
    const address = addresses[port];
    return address === undefined ? [] : [{ port, address }];
  });
  if (main === undefined) return {};
  const url = urlOf(plan, main);
  return {
    [`${prefix}_HOST`]: main.address.host,
    [`${prefix}_PORT`]: String(main.address.port),
    ...(url === undefined ? {} : { [`${prefix}_URL`]: url }),
    ...Object.fromEntries(
      further.map(({ port, address }) => [`${prefix}_PORT_${port}`, String(address.port)]),
    ),
  };
}

function urlOf(plan: ServicePlan, main: { port: number; address: NativeAddress }): string | undefined {
  const server = plan.access ?? plan.spec.readiness.probes.find((probe) => probe.kind === "http");
  if (server === undefined || server.kind === "command" || server.port !== main.port) return undefined;
  return serverUrl(server, main.address);
}

function serverUrl(server: ProbeSpec, { host, port }: NativeAddress): string | undefined {
  const at = `${host}:${port}`;
  switch (server.kind) {
    case "postgres":
      return `postgres://${credentials(server)}${at}/${encodeURIComponent(server.database)}`;
    case "mysql":
      return `mysql://${credentials(server)}${at}/${encodeURIComponent(server.database ?? "")}`;
    case "redis":
      return `redis://${credentials(server)}${at}/0`;
    case "mongodb":
      return `mongodb://${credentials(server)}${at}/`;
    case "rabbitmq":
      return `amqp://${credentials(server)}${at}/${encodeURIComponent(server.vhost)}`;
    case "http":
      return `${server.scheme}://${at}`;
    default:
      return undefined;
  }
}

function credentials({
  user,
  password,
}: {
  user?: string | undefined;
  password?: string | undefined;
}): string {
  if (user === undefined && password === undefined) return "";
  const secret = password === undefined ? "" : `:${encodeURIComponent(password)}`;
  return `${encodeURIComponent(user ?? "")}${secret}@`;
}
