import { volumeName } from "../services/index.ts";
import type { RunContext } from "./context.ts";
import { runLabels } from "./labels.ts";
import { lazy } from "./lazy.ts";
import { claimNetwork } from "./network.ts";
import type { RunPlan } from "./run-plan.ts";

/** The engine's things that the containers of a run share, made when the first container needs them. */
export interface SharedResources extends AsyncDisposable {
  labels: Record<string, string>;
  /** The run whose volumes they are. */
  owner: string;
  /** The id of the run's network, with the run's volumes made too. */
  network(): Promise<string>;
  /** The id of the network that was claimed; undefined as long as nobody needed one. */
  readonly claimed: Promise<string | undefined>;
}

const REMOVAL_MS = 20_000;

/** The claim on the network runs as long as this process, and tells others that the volumes are in use too. */
export function createSharedResources(options: {
  plan: RunPlan;
  context: RunContext;
  /** Called when the network is the run's no more. */
  onLost: (error: Error) => void;
  signal: AbortSignal;
}): SharedResources {
  const { plan, context, onLost, signal } = options;
  const { engine, launcher, run } = context;
  const labels = runLabels({ run, project: plan.project });
  const volumes = plan.volumes.map((volume) => volumeName(run, volume));
  const network = lazy(() =>
    claimNetwork({ engine, launcher, run, labels, pool: plan.network, onLost, signal }),
  );
  const volumesMade = lazy(() =>
    Promise.all(volumes.map((name) => engine.volumes.create(name, labels, signal))),
  );
  return {
    labels,
    owner: run,
    async network() {
      const [claimed] = await Promise.all([network.get(), volumesMade.get()]);
      return claimed.id;
    },
    get claimed() {
      return Promise.resolve(network.made).then((claimed) => claimed?.id);
    },
    async [Symbol.asyncDispose]() {
      const [claimed, created] = await Promise.allSettled([network.made, volumesMade.made]);
      const limit = AbortSignal.timeout(REMOVAL_MS);
      const begun = created.status === "rejected" || created.value !== undefined;
      const removals = await Promise.allSettled([
        ...(claimed.status === "fulfilled" && claimed.value !== undefined
          ? [claimed.value.release(limit)]
          : []),
        ...(begun ? volumes.map((name) => engine.volumes.remove(name, limit)) : []),
      ]);
      const errors = removals.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
      if (errors.length > 0) throw new AggregateError(errors);
    },
  };
}
