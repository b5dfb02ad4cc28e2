import { connectBroker, loadKind } from "../spaces/index.ts";
import type { RunContext } from "./context.ts";
import type { OwnerClient } from "./infrastructure/control-client.ts";
import { spacesOf } from "./required-services.ts";
import type { RunPlan } from "./run-plan.ts";
import { openShardSpaces } from "./shard-spaces.ts";
import type { RunSpaces } from "./spaces.ts";

/** The spaces of a run that another process owns, for containers beside its services. Closing it ends what was leased through it. */
export async function joinSpaces(options: {
  run: string;
  owner: OwnerClient;
  plan: Pick<RunPlan, "services">;
  context: Pick<RunContext, "hide" | "spaceKinds" | "signal">;
}): Promise<Pick<RunSpaces, "openShard"> & AsyncDisposable> {
  const { run, owner, plan, context } = options;
  const { signal } = context;
  const { definitions, services } = await owner.describe({ signal });
  const broker = connectBroker({ dial: () => owner.dialBroker({ signal }), signal });
  return {
    async openShard({ suite, ...shard }) {
      const plans = spacesOf({ ...plan, spaces: definitions }, suite);
      if (plans.length === 0) return undefined;
      return await openShardSpaces({
        ...shard,
        plans,
        suite,
        broker,
        kind: context.spaceKinds ?? loadKind,
        context: { ...context, run },
        plan,
        services: {
          ports: async (name) => services.find(({ outcome }) => outcome.name === name)?.ports ?? [],
        },
      });
    },
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}
