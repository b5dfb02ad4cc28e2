import { volumeName } from "../services/index.ts";
import type { RunContext } from "./context.ts";
import { runLabels } from "./labels.ts";
import { lazy } from "./lazy.ts";
import { createRunNetwork } from "./network.ts";
import type { RunPlan } from "./plan.ts";

/** The engine's things that the containers of a run share, made when the first container needs them. */
export interface SharedResources extends AsyncDisposable {
  labels: Record<string, string>;
  /** The network's id, with the run's volumes made too. */
  network(): Promise<string>;
}

/**
 * Made late on purpose: a network without containers that is older than a minute is a leftover to any other owner, so it must not
 * wait for a long build or pull.
 */
export function createSharedResources(options: {
  plan: RunPlan;
  context: RunContext;
  signal: AbortSignal;
}): SharedResources {
  const { plan, context, signal } = options;
  const labels = runLabels({ run: context.run, project: plan.project });
  const volumes = plan.volumes.map((volume) => volumeName(context.run, volume));
  const made = lazy(async () => {
    const [network] = await Promise.all([
      createRunNetwork({ engine: context.engine, run: context.run, labels, pool: plan.network, signal }),
      ...volumes.map((name) => context.engine.volumes.create(name, labels, signal)),
    ]);
    return network.id;
  });
  return {
    labels,
    network: made.get,
    async [Symbol.asyncDispose]() {
      if (made.made === undefined) return;
      const [network] = await Promise.allSettled([made.made]);
      const limit = AbortSignal.timeout(REMOVAL_MS);
      const removals = await Promise.allSettled([
        ...(network.status === "fulfilled" ? [context.engine.networks.remove(network.value, limit)] : []),
        ...volumes.map((name) => context.engine.volumes.remove(name, limit)),
      ]);
      const errors = removals.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
      if (errors.length > 0) throw new AggregateError(errors);
    },
  };
}

const REMOVAL_MS = 20_000;
