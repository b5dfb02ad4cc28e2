import type { Digest, ImageConfig, ImageDetails } from "../../model/index.ts";
import type { EngineCapabilities } from "../capabilities.ts";
import type { Engine } from "../engine.ts";
import type { PushedManifest } from "../image.ts";
import type { FileTree } from "./files.ts";
import { createMemoryImage, createMemoryImages, withTag } from "./images.ts";
import { digestOf } from "./layer-tar.ts";
import { createMemoryNetworks } from "./networks.ts";
import type { MemoryPrograms } from "./program.ts";
import type { MemoryHistory, MemoryState } from "./state.ts";
import { createMemoryVolumes } from "./volumes.ts";
import { createMemoryWorkloads } from "./workloads.ts";

export interface MemoryEngineOptions {
  /** What containers do. Default: none can be started. */
  programs?: MemoryPrograms | undefined;
  /** Images that the engine holds from the start. */
  images?: MemoryImageSpec[] | undefined;
  /** Images that can be pulled. */
  registry?: MemoryImageSpec[] | undefined;
  /** What becomes of a push, besides that the image can be pulled afterwards. Default: a digest that is made up. */
  onPush?: ((reference: string, image: ImageDetails) => Promise<PushedManifest>) | undefined;
  /** A clock in milliseconds. Default: the system's. */
  now?: (() => number) | undefined;
  capabilities?: Partial<EngineCapabilities> | undefined;
}

export interface MemoryImageSpec {
  reference: string;
  /** Default: made up. */
  id?: Digest | undefined;
  config?: Partial<ImageConfig> | undefined;
  /** By absolute path. */
  files?: Record<string, string> | undefined;
  layers?: ImageDetails["layers"] | undefined;
  /** The layers as tars, the lowest first, in place of one made of the files. */
  tars?: Buffer[] | undefined;
  history?: MemoryHistory[] | undefined;
}

/** An engine in this process, for tests: real in what it refuses and removes, with functions as programs. */
export function createMemoryEngine(options: MemoryEngineOptions = {}): Engine {
  return createMemoryHost(options).connect();
}

/** The machine that such an engine runs on; every connection sees the same containers. */
export function createMemoryHost(options: MemoryEngineOptions = {}): { connect(): Engine } {
  const now = options.now ?? Date.now;
  const state: MemoryState = {
    programs: options.programs ?? {},
    now,
    onPush: options.onPush,
    registry: new Map(
      (options.registry ?? []).map((spec) => [withTag(spec.reference), imageOf(spec, now())]),
    ),
    images: new Map(),
    networks: new Map(),
    volumes: new Map(),
    workloads: new Map(),
    portsGiven: 0,
  };
  for (const spec of options.images ?? []) {
    const image = imageOf(spec, now());
    image.references.add(withTag(spec.reference));
    state.images.set(image.details.id, image);
  }
  return { connect: () => connect(state, options.capabilities ?? {}) };
}

function connect(state: MemoryState, capabilities: Partial<EngineCapabilities>): Engine {
  return {
    endpoint: "memory://",
    commandEnvironment: {},
    async capabilities(signal) {
      signal.throwIfAborted();
      return {
        name: "Engine in memory",
        version: "1",
        apiVersion: "1",
        platform: "linux/amd64",
        canCommit: true,
        exportsCache: false,
        limitsMemory: false,
        memoryBytes: 8e9,
        cpus: 4,
        ...capabilities,
      };
    },
    async clock(signal) {
      signal.throwIfAborted();
      return state.now();
    },
    images: createMemoryImages(state),
    workloads: createMemoryWorkloads(state),
    networks: createMemoryNetworks(state),
    volumes: createMemoryVolumes(state),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function imageOf(spec: MemoryImageSpec, createdAt: number) {
  const files: FileTree = new Map(
    Object.entries(spec.files ?? {}).map(([path, text]) => [path, Buffer.from(text)]),
  );
  const { id, config, layers, history } = spec;
  const tars = spec.tars && new Map(spec.tars.map((tar) => [digestOf(tar), tar]));
  return createMemoryImage({
    id,
    config,
    files,
    layers: layers ?? spec.tars?.map(digestOf),
    tars,
    history,
    createdAt,
  });
}
