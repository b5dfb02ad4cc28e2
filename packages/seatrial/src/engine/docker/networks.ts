import { engineError } from "../errors.ts";
import type { NetworkEngine, NetworkSpec, NetworkSummary } from "../network.ts";
import { formatSubnet, overlaps, parseSubnet } from "../subnet.ts";
import { labelFilter, type Refusal } from "./call.ts";
import type { DockerParts } from "./parts.ts";
import { readRoutes } from "./routes.ts";

/** The networks of a Docker Engine: bridges. `routeTable` is where Linux tells the routes of this machine. */
export function createDockerNetworks({
  client,
  endpoint,
  routeTable,
}: Pick<DockerParts, "client" | "endpoint"> & { routeTable: string }): NetworkEngine {
  return {
    async create(spec, signal) {
      signal.throwIfAborted();
      if (endpoint.address.kind === "unix") await checkRoutes(spec, routeTable);
      const answer = await client.json({
        method: "POST",
        path: "/networks/create",
        body: {
          Name: spec.name,
          // Without it, engines before 25 make a second network of the same name.
          CheckDuplicate: true,
          Driver: "bridge",
          Internal: spec.internal,
          Labels: spec.labels,
          IPAM: { Driver: "default", Config: [{ Subnet: spec.subnet }] },
        },
        what: `create network ${spec.name}`,
        refused: (refusal) => createFailure(spec, refusal),
        signal,
      });
      return (answer as { Id: string }).Id;
    },
    async remove(id, signal) {
      await client.json({
        method: "DELETE",
        path: `/networks/${encodeURIComponent(id)}`,
        what: `remove network ${id}`,
        accepts: [404],
        refused: ({ message }) =>
          /active endpoints|in use/i.test(message)
            ? engineError({
                code: "NETWORK_IN_USE",
                message: `Network ${id} still has containers: ${message}`,
              })
            : undefined,
        signal,
      });
    },
    async list(labels, signal) {
      const answer = await client.json({
        method: "GET",
        path: "/networks",
        query: { filters: labelFilter(labels) },
        what: "list networks",
        signal,
      });
      return ((answer ?? []) as NetworkEntry[]).map(toSummary);
    },
    async users(id, signal) {
      const answer = await client.json({
        method: "GET",
        path: `/networks/${encodeURIComponent(id)}`,
        what: `look at network ${id}`,
        accepts: [404],
        signal,
      });
      if (answer === undefined) return undefined;
      return Object.entries((answer as NetworkEntry).Containers ?? {}).map(([key, { Name }]) => Name ?? key);
    },
  };
}

interface NetworkEntry {
  Id: string;
  Name: string;
  Created?: string;
  Labels?: Record<string, string> | null;
  IPAM?: { Config?: { Subnet?: string }[] | null };
  /** Those that run, by id. Lists leave it out. */
  Containers?: Record<string, { Name?: string }> | null;
}

function toSummary(entry: NetworkEntry): NetworkSummary {
  return {
    id: entry.Id,
    name: entry.Name,
    labels: entry.Labels ?? {},
    subnets: (entry.IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []),
    createdAt: Date.parse(entry.Created ?? "") || 0,
  };
}

/**
 * An engine looks at its own networks only. A bridge of the same subnet that it no longer knows, as one that was killed leaves behind,
 * gets the packets of the new network's containers: they reach nobody, and nobody says why. Wider routes, such as a VPN's, are let
 * be, since the narrower one wins.
 */
async function checkRoutes({ name, subnet }: NetworkSpec, routeTable: string): Promise<void> {
  const wanted = parseSubnet(subnet);
  if (wanted === undefined) return;
  const inTheWay = (await readRoutes(routeTable)).find(
    (route) => route.count <= wanted.count && overlaps(route, wanted),
  );
  if (inTheWay === undefined) return;
  throw engineError({
    code: "SUBNET_TAKEN",
    message: `Network ${name} cannot have subnet ${subnet}: this machine has a route to ${formatSubnet(inTheWay)} already${inTheWay.interface === undefined ? "" : `, through ${inTheWay.interface}`}.`,
    hint: `Use another subnet, or look at what it belongs to: ip route show ${formatSubnet(inTheWay)}`,
  });
}

function createFailure(spec: NetworkSpec, { message }: Refusal) {
  if (/overlap|conflicts with network/i.test(message)) {
    return engineError({
      code: "SUBNET_TAKEN",
      message: `Network ${spec.name} cannot have subnet ${spec.subnet}: ${message}`,
      hint: "Use another subnet.",
    });
  }
  if (/already exists/i.test(message)) {
    return engineError({
      code: "NAME_TAKEN",
      message: `A network named ${spec.name} exists already.`,
      hint: `Remove it if nobody uses it: docker network rm ${spec.name}`,
    });
  }
  return undefined;
}
