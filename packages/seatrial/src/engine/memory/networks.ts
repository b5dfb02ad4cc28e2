import { engineError } from "../errors.ts";
import type { NetworkEngine } from "../network.ts";
import { overlaps, parseSubnet } from "../subnet.ts";
import { createId, hasLabels, type MemoryState } from "./state.ts";

export function createMemoryNetworks(state: MemoryState): NetworkEngine {
  const { networks } = state;
  const usersOf = (id: string) =>
    [...state.workloads.values()]
      .filter((each) => each.spec.network?.id === id && each.state === "running")
      .map((each) => each.spec.name);

  return {
    async create(spec, signal) {
      signal.throwIfAborted();
      const subnet = parseSubnet(spec.subnet);
      if (subnet === undefined) {
        throw engineError({ code: "ENGINE_FAILED", message: `${spec.subnet} is no subnet` });
      }
      for (const other of networks.values()) {
        if (other.spec.name === spec.name) {
          throw engineError({ code: "NAME_TAKEN", message: `A network named ${spec.name} exists already.` });
        }
        const taken = parseSubnet(other.spec.subnet);
        if (taken !== undefined && overlaps(subnet, taken)) {
          throw engineError({ code: "SUBNET_TAKEN", message: `Subnet ${spec.subnet} is taken.` });
        }
      }
      const id = createId();
      networks.set(id, { id, spec, createdAt: state.now(), handedOut: 0 });
      return id;
    },
    async remove(id, signal) {
      signal.throwIfAborted();
      const network = networks.get(id) ?? [...networks.values()].find((each) => each.spec.name === id);
      if (network === undefined) return;
      if (usersOf(network.id).length > 0) {
        throw engineError({ code: "NETWORK_IN_USE", message: `Network ${id} still has containers.` });
      }
      networks.delete(network.id);
    },
    async list(labels, signal) {
      signal.throwIfAborted();
      return [...networks.values()]
        .filter((each) => hasLabels(each.spec.labels, labels))
        .map(({ id, spec, createdAt }) => ({
          id,
          name: spec.name,
          labels: { ...spec.labels },
          subnets: [spec.subnet],
          createdAt,
        }));
    },
    async users(id, signal) {
      signal.throwIfAborted();
      return networks.has(id) ? usersOf(id) : undefined;
    },
  };
}
