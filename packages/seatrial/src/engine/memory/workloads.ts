import { deferred, orAborted } from "../../support/abort.ts";
import { engineError } from "../errors.ts";
import { addressAt, parseSubnet } from "../subnet.ts";
import type { WorkloadEngine, WorkloadExit, WorkloadMount, WorkloadSpec } from "../workload.ts";
import { filesBelow } from "./files.ts";
import { findImage } from "./images.ts";
import { killWorkload, removeWorkload, startWorkload } from "./life.ts";
import { createId, hasLabels, type MemoryImage, type MemoryState, type MemoryWorkload } from "./state.ts";
import { createStdio } from "./stdio.ts";

export function createMemoryWorkloads(state: MemoryState): WorkloadEngine {
  const { workloads } = state;

  function existing(id: string): MemoryWorkload {
    const workload = workloads.get(id);
    if (workload !== undefined) return workload;
    throw engineError({ code: "WORKLOAD_NOT_FOUND", message: `Container ${id} is gone.` });
  }

  return {
    async create(spec, signal) {
      signal.throwIfAborted();
      const image = findImage(state, spec.image);
      if (image === undefined) {
        throw engineError({ code: "IMAGE_NOT_FOUND", message: `The engine does not hold ${spec.image}.` });
      }
      if ([...workloads.values()].some((each) => each.spec.name === spec.name)) {
        throw engineError({ code: "NAME_TAKEN", message: `A container named ${spec.name} exists already.` });
      }
      const workload = createWorkload({ state, spec, image });
      workloads.set(workload.id, workload);
      return workload.id;
    },
    async attach(id, options) {
      options.signal.throwIfAborted();
      const workload = existing(id);
      const { owner, container } = createStdio();
      workload.stdio = container;
      workload.onStderr = options.onStderr;
      return owner;
    },
    async start(id, signal) {
      signal.throwIfAborted();
      const workload = existing(id);
      if (workload.state === "created") startWorkload(state, workload);
    },
    async waitForExit(id, signal) {
      signal.throwIfAborted();
      const exit = deferred<WorkloadExit>();
      existing(id).onExit.push(exit.resolve);
      return await orAborted(exit.promise, signal);
    },
    async inspect(id, signal) {
      signal.throwIfAborted();
      const workload = workloads.get(id);
      if (workload === undefined) return undefined;
      return {
        id,
        name: workload.spec.name,
        state: workload.state,
        image: workload.image.details.id,
        labels: { ...workload.image.details.config.labels, ...workload.spec.labels },
        addresses: workload.state === "running" ? { ...workload.addresses } : {},
        published: workload.state === "running" ? { ...workload.published } : {},
        volumes: { ...workload.volumes },
        outOfMemory: workload.exit?.outOfMemory ?? false,
      };
    },
    async remove(id, signal) {
      signal.throwIfAborted();
      const workload = workloads.get(id);
      if (workload === undefined) return;
      killWorkload(state, workload);
      removeWorkload(state, workload);
    },
    async list(labels, signal) {
      signal.throwIfAborted();
      return [...workloads.values()]
        .map((each) => ({
          id: each.id,
          name: each.spec.name,
          state: each.state,
          labels: { ...each.image.details.config.labels, ...each.spec.labels },
          createdAt: each.createdAt,
        }))
        .filter((each) => hasLabels(each.labels, labels));
    },
  };
}

function createWorkload(options: {
  state: MemoryState;
  spec: WorkloadSpec;
  image: MemoryImage;
}): MemoryWorkload {
  const { state, spec, image } = options;
  const workload: MemoryWorkload = {
    id: createId(),
    spec,
    image,
    state: "created",
    createdAt: state.now(),
    addresses: joinNetwork(state, spec),
    published: publishPorts(state, spec),
    volumes: {},
    anonymous: [],
    mounts: [],
    root: new Map(),
    stdio: undefined,
    onStderr: () => undefined,
    killed: new AbortController(),
    exit: undefined,
    onExit: [],
  };
  const targets = new Set(spec.mounts.map((mount) => mount.target));
  const declared = image.details.config.volumes.filter((target) => !targets.has(target));
  const mounts: WorkloadMount[] = [
    ...spec.mounts,
    ...declared.map((target): WorkloadMount => ({ kind: "anonymous", target })),
  ];
  for (const mount of mounts) {
    if (mount.kind === "tmpfs") {
      workload.mounts.push({ target: mount.target, tree: new Map(), readOnly: false });
      continue;
    }
    const isAnonymous = mount.kind === "anonymous";
    const name = isAnonymous ? createId() : mount.name;
    if (isAnonymous) workload.anonymous.push(name);
    const volume = state.volumes.get(name) ?? {
      labels: isAnonymous ? {} : { ...spec.labels },
      createdAt: state.now(),
      files: new Map(),
    };
    // An empty volume takes over what the image has there.
    const takesOver = !(isAnonymous && mount.empty === true);
    if (volume.files.size === 0 && takesOver) volume.files = filesBelow(image.files, mount.target);
    state.volumes.set(name, volume);
    workload.volumes[mount.target] = name;
    workload.mounts.push({
      target: mount.target,
      tree: volume.files,
      readOnly: mount.kind === "volume" && mount.readOnly,
    });
  }
  return workload;
}

function joinNetwork(state: MemoryState, spec: WorkloadSpec): Record<string, string> {
  if (spec.network === undefined) return {};
  const network = state.networks.get(spec.network.id);
  const subnet = network && parseSubnet(network.spec.subnet);
  if (network === undefined || subnet === undefined) {
    throw engineError({ code: "ENGINE_FAILED", message: `network ${spec.network.id} not found` });
  }
  network.handedOut += 1;
  // The first address is the gateway's.
  return { [network.spec.name]: addressAt(subnet, network.handedOut + 1) };
}

/** Where this machine has nothing that listens. */
const FIRST_PORT = 1;

function publishPorts(state: MemoryState, spec: WorkloadSpec): Record<number, number> {
  if (spec.publish === undefined) return {};
  return Object.fromEntries(
    spec.publish.map((port) => {
      state.portsGiven += 1;
      return [port, FIRST_PORT + state.portsGiven];
    }),
  );
}
