import { engineError } from "../errors.ts";
import type { VolumeEngine } from "../volume.ts";
import { type DockerClient, labelFilter } from "./call.ts";

/** The named volumes of a Docker Engine. */
export function createDockerVolumes(client: DockerClient): VolumeEngine {
  return {
    async create(name, labels, signal) {
      await client.json({
        method: "POST",
        path: "/volumes/create",
        body: { Name: name, Labels: labels },
        what: `create volume ${name}`,
        signal,
      });
    },
    async remove(name, signal) {
      await client.json({
        method: "DELETE",
        path: `/volumes/${encodeURIComponent(name)}`,
        what: `remove volume ${name}`,
        accepts: [404],
        refused: ({ status, message }) =>
          status === 409
            ? engineError({ code: "VOLUME_IN_USE", message: `Volume ${name} is in use: ${message}` })
            : undefined,
        signal,
      });
    },
    async list(labels, signal) {
      const answer = (await client.json({
        method: "GET",
        path: "/volumes",
        query: { filters: labelFilter(labels) },
        what: "list volumes",
        signal,
      })) as { Volumes?: VolumeEntry[] | null } | undefined;
      return (answer?.Volumes ?? []).map((entry) => ({
        name: entry.Name,
        labels: entry.Labels ?? {},
        createdAt: Date.parse(entry.CreatedAt ?? "") || 0,
      }));
    },
  };
}

interface VolumeEntry {
  Name: string;
  CreatedAt?: string;
  Labels?: Record<string, string> | null;
}
