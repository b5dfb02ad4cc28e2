import type { WorkloadDetails, WorkloadSummary } from "../workload.ts";

/** What `GET /containers/{id}/json` answers, as far as we read it. */
export interface ContainerAnswer {
  Id: string;
  Name: string;
  Image: string;
  State?: { Status?: string; OOMKilled?: boolean };
  Config?: { Labels?: Record<string, string> | null };
  NetworkSettings?: {
    Networks?: Record<string, { IPAddress?: string }> | null;
    Ports?: Record<string, { HostIp?: string; HostPort?: string }[] | null> | null;
  };
  Mounts?: { Type?: string; Name?: string; Destination?: string }[] | null;
}

/** One line of `GET /containers/json`. */
export interface ContainerEntry {
  Id: string;
  Names?: string[] | null;
  State?: string;
  Labels?: Record<string, string> | null;
  /** Seconds since 1970. */
  Created?: number;
}

export function toWorkloadDetails(answer: ContainerAnswer): WorkloadDetails {
  const networks = Object.entries(answer.NetworkSettings?.Networks ?? {});
  return {
    id: answer.Id,
    name: withoutSlash(answer.Name),
    state: toState(answer.State?.Status),
    image: answer.Image,
    labels: answer.Config?.Labels ?? {},
    addresses: Object.fromEntries(
      networks.flatMap(([name, { IPAddress }]) => (IPAddress ? [[name, IPAddress]] : [])),
    ),
    published: publishedOf(answer),
    volumes: Object.fromEntries(
      (answer.Mounts ?? []).flatMap((mount) =>
        mount.Type === "volume" && mount.Name && mount.Destination ? [[mount.Destination, mount.Name]] : [],
      ),
    ),
    outOfMemory: answer.State?.OOMKilled ?? false,
  };
}

function publishedOf({ NetworkSettings }: ContainerAnswer): Record<number, number> {
  return Object.fromEntries(
    Object.entries(NetworkSettings?.Ports ?? {}).flatMap(([port, bindings]) => {
      const chosen = bindings?.find(({ HostPort }) => Number(HostPort) > 0)?.HostPort;
      return chosen !== undefined && port.endsWith("/tcp")
        ? [[Number.parseInt(port, 10), Number(chosen)]]
        : [];
    }),
  );
}

export function toWorkloadSummary(entry: ContainerEntry): WorkloadSummary {
  return {
    id: entry.Id,
    name: withoutSlash(entry.Names?.[0] ?? ""),
    state: toState(entry.State),
    labels: entry.Labels ?? {},
    createdAt: (entry.Created ?? 0) * 1000,
  };
}

function toState(status: string | undefined): WorkloadSummary["state"] {
  switch (status) {
    case "running":
    case "paused":
    case "restarting":
      return "running";
    case "removing":
      return "removing";
    // `configured` and `initialized` are Podman's words.
    case "created":
    case "configured":
    case "initialized":
      return "created";
    default:
      return "exited";
  }
}

function withoutSlash(name: string): string {
  return name.replace(/^\//, "");
}
