import type { DescribedService, NativeDescription } from "./description.ts";

/** How the address of a URL begins. */
const SCHEME = String.raw`[a-z][a-z0-9+.-]*:\/\/`;

/**
 * An environment written for a container of the run's network, for a program of this machine: `service:port` becomes the native
 * address, in URLs too, with or without a port. A value that is a service's bare name becomes the native host; the port beside it is
 * then told by `onLooseHost`, since nobody knows which variable holds it.
 */
export function rewriteEnvironment(options: {
  env: Readonly<Record<string, string>>;
  services: readonly DescribedService[];
  native: NativeDescription;
  onLooseHost: (variable: string, service: string) => void;
}): Record<string, string> {
  const { env, services, native } = options;
  const rewritten: Record<string, string> = { ...env };
  for (const { outcome, names, ports } of services) {
    const addresses = native.addresses[outcome.name] ?? {};
    const main = ports.map((port) => addresses[port]).find((address) => address !== undefined);
    if (main === undefined) continue;
    const hosts = names.map(literally).join("|");
    const withPort = new RegExp(String.raw`(?<![\w.-])(?:${hosts}):(\d+)(?!\d)`, "g");
    const inUrl = new RegExp(String.raw`(${SCHEME}(?:[^\s/@]*@)?)(?:${hosts})(?=[/?#]|$)`, "gi");
    for (const variable of Object.keys(env)) {
      const value = rewritten[variable] ?? "";
      if (names.includes(value)) {
        rewritten[variable] = main.host;
        if (!pairPort({ rewritten, variable, ports, addresses })) options.onLooseHost(variable, outcome.name);
        continue;
      }
      rewritten[variable] = value
        .replace(withPort, (whole, port: string) => {
          const address = addresses[port];
          return address === undefined ? whole : `${address.host}:${address.port}`;
        })
        .replace(inUrl, (_whole, before: string) => `${before}${main.host}:${main.port}`);
    }
  }
  return rewritten;
}

/** `DB_HOST` has its port in `DB_PORT`, where that holds one of the service's. */
function pairPort(options: {
  rewritten: Record<string, string>;
  variable: string;
  ports: readonly number[];
  addresses: Readonly<Record<string, { port: number }>>;
}): boolean {
  const { rewritten, variable, addresses } = options;
  const beside = variable.replace(/HOST(NAME)?$/i, (host) => (host === host.toLowerCase() ? "port" : "PORT"));
  const value = beside === variable ? undefined : rewritten[beside];
  const address = value === undefined ? undefined : addresses[value];
  if (address === undefined) return false;
  rewritten[beside] = String(address.port);
  return true;
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
