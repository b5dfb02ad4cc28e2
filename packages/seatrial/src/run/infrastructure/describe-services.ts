import type { RunningService, ServicePlan } from "../../services/index.ts";
import type { StartedServices } from "../services.ts";
import type { DescribedService } from "./description.ts";
import { digestService } from "./plan.ts";

/** What an owner tells of its services. Only of those that are ready is it known what they are made of. */
export async function describeServices(options: {
  plans: readonly ServicePlan[];
  services: StartedServices;
}): Promise<DescribedService[]> {
  const { plans, services } = options;
  const outcomes = services.outcomes();
  return await Promise.all(
    plans.map(async (plan) => {
      const { name, aliases, hostname } = plan.spec;
      const outcome = outcomes.find((each) => each.name === name);
      if (outcome === undefined) throw new Error(`service ${name} has an outcome from its start on`);
      const isReady = outcome.status === "ready" || outcome.status === "completed";
      const running: RunningService | undefined = isReady ? await services.running(name) : undefined;
      return {
        outcome,
        names: [...new Set([name, ...aliases, ...(hostname === undefined ? [] : [hostname])])],
        ports: [...(running?.ports ?? plan.ports ?? [])],
        digest: running === undefined ? undefined : await digestService(plan, running.imageId),
      };
    }),
  );
}
