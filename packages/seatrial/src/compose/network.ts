import type { ServiceContext } from "./context.ts";
import { asList, asRecord, asText, asTexts, isBlank } from "./value.ts";

const BY_NAME = "services of a run reach each other by name in the run's own network";

/** Records what becomes of names, networks and published ports. */
export function noteNetwork(context: ServiceContext): void {
  const { service, note } = context;
  const containerName = asText(service["container_name"]);
  if (containerName !== undefined) {
    note({
      key: "container_name",
      becomes: `a further host name, ${containerName}`,
      why: "fixed names would clash between runs",
    });
  }
  if (!isBlank(service["links"])) note({ key: "links", becomes: "further host names", why: BY_NAME });
  if (!isBlank(service["network_mode"])) {
    note({ key: "network_mode", becomes: "the run's own network", why: BY_NAME });
  }
  noteNetworks(context);
  const published = asList(service["ports"]).flatMap((port) => asText(asRecord(port)["published"]) ?? []);
  if (published.length > 0) {
    note({ key: "ports", becomes: `not published (${published.join(", ")})`, why: BY_NAME });
  }
}

function noteNetworks({ service, compose, note }: ServiceContext): void {
  const networks = Object.entries(asRecord(service["networks"]));
  const own = networks.filter(
    ([name]) => name !== "default" || !isBlank(compose.networks[name]?.["external"]),
  );
  if (own.length > 0) {
    note({
      key: "networks",
      becomes: `the run's own network in place of ${own.map(([name]) => name).join(", ")}`,
      why: "each run has one network, shared by all of its services",
    });
  }
  const fixed = networks.some(([, settings]) =>
    ["ipv4_address", "ipv6_address", "mac_address", "link_local_ips"].some(
      (key) => !isBlank(asRecord(settings)[key]),
    ),
  );
  if (fixed) {
    note({
      key: "networks",
      becomes: "addresses given by the run's network",
      why: "fixed addresses would clash between runs",
    });
  }
}

/** The TCP ports that the service listens on by its own account: `ports` first, then `expose`. */
export function portsOf(service: Record<string, unknown>): number[] {
  const ports = asList(service["ports"]).map((port) => {
    if (typeof port !== "object") return asText(port)?.split(":").at(-1);
    const { target, protocol } = asRecord(port);
    return `${asText(target)}/${asText(protocol) ?? "tcp"}`;
  });
  const found = [...ports, ...asTexts(service["expose"])].flatMap((port) => {
    const match = /^(\d+)(?:\/tcp)?$/.exec(port ?? "");
    return match === null ? [] : [Number(match[1])];
  });
  return [...new Set(found)];
}
