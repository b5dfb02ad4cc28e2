import { engineError } from "../errors.ts";
import type { VolumeEngine } from "../volume.ts";
import { hasLabels, type MemoryState } from "./state.ts";

export function createMemoryVolumes(state: MemoryState): VolumeEngine {
  const { volumes } = state;
  return {
    async create(name, labels, signal) {
      signal.throwIfAborted();
      if (volumes.has(name)) return;
      volumes.set(name, { labels: { ...labels }, createdAt: state.now(), files: new Map() });
    },
    async remove(name, signal) {
      signal.throwIfAborted();
      const user = [...state.workloads.values()].find((each) => Object.values(each.volumes).includes(name));
      if (user !== undefined) {
        throw engineError({
          code: "VOLUME_IN_USE",
          message: `Volume ${name} is in use by container ${user.spec.name}.`,
        });
      }
      volumes.delete(name);
    },
    async list(labels, signal) {
      signal.throwIfAborted();
      return [...volumes]
        .filter(([, volume]) => hasLabels(volume.labels, labels))
        .map(([name, volume]) => ({
          name,
          labels: { ...volume.labels },
          createdAt: volume.createdAt,
        }));
    },
  };
}
