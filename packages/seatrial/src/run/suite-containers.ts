import type { LaunchedWorkload } from "../agent/index.ts";
import type { ContainerCollector } from "../coverage/index.ts";
import type { BuildResult, ImageDetails, SuiteSpec } from "../model/index.ts";
import { resolveImage, toWorkloadMount } from "../services/index.ts";
import { planShards, type ShardPlan, suiteContainer } from "../suites/index.ts";
import type { RunContext } from "./context.ts";
import type { SharedResources } from "./resources.ts";

/** The containers of a suite, one for each shard that runs here. */
export interface SuiteContainers extends AsyncDisposable {
  image: ImageDetails;
  /** Resolves when all of them have been launched. */
  started: Promise<unknown>;
  /** The container of a shard, from 1. */
  take(shard: number): Promise<LaunchedWorkload>;
}

/** Launches all of them at once. Who has them disposes of them. */
export async function startContainers(options: {
  spec: SuiteSpec;
  context: RunContext;
  shared: SharedResources;
  build: Promise<BuildResult>;
  collectorOf: (shard: ShardPlan) => ContainerCollector | undefined;
  signal: AbortSignal;
}): Promise<SuiteContainers> {
  const { spec, context, shared, signal } = options;
  const built = spec.image.kind === "target" ? await options.build : undefined;
  const image = await resolveImage({
    subject: `suite ${spec.name}`,
    source: spec.image,
    engine: context.engine,
    built: built?.images ?? new Map(),
    onNote: (note) => context.emit({ type: "node-progress", node: { kind: "suite", name: spec.name }, note }),
    signal,
  });
  const network = await shared.network();
  const shards = planShards(spec);
  const launched = shards.map(async (shard) => {
    const collector = options.collectorOf(shard);
    const mounts = [...spec.mounts, ...(collector?.mounts ?? [])];
    const container = suiteContainer({
      run: context.run,
      spec,
      shard,
      imageId: image.id,
      network,
      labels: shared.labels,
      security: spec.security,
      mounts: mounts.map((mount) => toWorkloadMount(mount, shared.owner)),
      extraHosts: spec.extraHosts,
    });
    const workload = await context.launcher.launch({ ...container, label: `suite ${spec.name}` }, signal);
    try {
      await collector?.prepare(workload.agent, signal);
      return workload;
    } catch (error) {
      await Promise.allSettled([workload[Symbol.asyncDispose]()]);
      throw error;
    }
  });
  const started = Promise.all(launched);
  // Whoever waits for it hears of it.
  started.catch(() => undefined);
  return {
    image,
    started,
    take: async (shard) => {
      const workload = launched[shards.findIndex(({ index }) => index === shard)];
      if (workload === undefined) throw new Error(`suite ${spec.name} has no shard ${shard}`);
      return await workload;
    },
    async [Symbol.asyncDispose]() {
      const settled = await Promise.allSettled(launched);
      await Promise.all(
        settled.map((each) => (each.status === "fulfilled" ? each.value[Symbol.asyncDispose]() : undefined)),
      );
    },
  };
}
