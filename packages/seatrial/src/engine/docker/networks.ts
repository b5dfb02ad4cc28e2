import { engineError } from "../errors.ts";
import type { NetworkEngine, NetworkSpec, NetworkSummary } from "../network.ts";
import { type DockerClient, labelFilter, type Refusal } from "./call.ts";

/** The networks of a Docker Engine: bridges. */
export function createDockerNetworks(client: DockerClient): NetworkEngine {
  return {
    async create(spec, signal) {
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
