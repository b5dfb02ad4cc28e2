import type { Collector } from "../../coverage/index.ts";
import type { BuildResult, ServiceOutcome } from "../../model/index.ts";
import { type Broker, connectBroker } from "../../spaces/index.ts";
import { orAborted } from "../../support/abort.ts";
import type { RunContext } from "../context.ts";
import { guestLabel, runLabels } from "../labels.ts";
import { beginNode } from "../node.ts";
import type { SharedResources } from "../resources.ts";
import type { RunPlan } from "../run-plan.ts";
import { type StartedServices, startRunServices } from "../services.ts";
import type { Borrow, BorrowedServices } from "./borrowed.ts";
import { brokerOfRun } from "./borrowed-broker.ts";
import { definitionsOf } from "./definitions.ts";
import { planInfrastructure } from "./plan.ts";

/** What a run's containers share when its services are another owner's; the apps under test are its own. */
export function borrowInfrastructure(options: {
  borrow: Borrow;
  plan: RunPlan;
  context: RunContext;
  build: Promise<BuildResult>;
  /** Collects coverage of the run's own. */
  collector?: Collector | undefined;
  onFailure: (error: unknown, service?: string) => void;
  signal: AbortSignal;
}): { shared: SharedResources; services: StartedServices; broker: Broker } {
  const { borrow, plan, context, build, onFailure, signal } = options;
  const wanted = planInfrastructure(plan);
  const names = new Set(wanted.services.map(({ spec }) => spec.name));
  const { emit, folder } = context;
  const borrowing = borrow({ plan: wanted, build, emit, folder, signal });
  let released = false;
  borrowing.then(
    ({ ended }) => void ended.then((error) => released || onFailure(error)),
    (error: unknown) => onFailure(error),
  );
  let outcomes: ServiceOutcome[] = [];
  let borrowed: BorrowedServices | undefined;
  const ready = borrowing.then((found) => {
    borrowed = found;
    outcomes = found.description.services.map(({ outcome }) => outcome);
    if (found.found) tellReady({ context, wanted, outcomes });
  });
  ready.catch(() => undefined);
  const shared = borrowShared({ context, plan, ready, borrowed: () => borrowed, signal });
  const own = startRunServices({
    plan: { ...plan, services: plan.services.filter(({ spec }) => !names.has(spec.name)) },
    context,
    build,
    shared,
    collector: options.collector,
    outside: () => ready,
    onFailure,
    signal,
  });
  const ports = async (name: string) => {
    await ready;
    return borrowed?.description.services.find(({ outcome }) => outcome.name === name)?.ports ?? [];
  };
  return {
    shared,
    broker: borrowBroker({ plan, context, build, borrowing, signal }),
    services: {
      ...own,
      ports: (name) => (names.has(name) ? ports(name) : own.ports(name)),
      settled: Promise.allSettled([ready, own.settled]).then(() => undefined),
      async ready(needed) {
        const mine = needed.filter((name) => !names.has(name));
        const waits = [own.ready(mine), ...(mine.length < needed.length ? [ready] : [])];
        await orAborted(Promise.all(waits), signal);
      },
      said: (name, lines) =>
        names.has(name) && borrowed !== undefined ? borrowed.said(name, lines) : own.said(name, lines),
      outcomes: () => [...outcomes.filter(({ name }) => names.has(name)), ...own.outcomes()],
      async [Symbol.asyncDispose]() {
        released = true;
        try {
          await own[Symbol.asyncDispose]();
        } finally {
          await borrowing.then(
            (each) => each.release(),
            () => undefined,
          );
        }
      },
    },
  };
}

/** What makes the run's spaces in them is not connected to before the first request. */
function borrowBroker(options: {
  plan: RunPlan;
  context: RunContext;
  build: Promise<BuildResult>;
  borrowing: Promise<BorrowedServices>;
  signal: AbortSignal;
}): Broker {
  const { plan, context, build, borrowing, signal } = options;
  const defined =
    plan.spaces.length === 0
      ? Promise.reject(new Error("there are no spaces"))
      : Promise.all([borrowing, definitionsOf(plan, build)]).then(async ([found, definitions]) => {
          await found.define(definitions);
          return { found, definitions };
        });
  // It is the first request's to tell.
  defined.catch(() => undefined);
  const dial = async () => {
    const { found, definitions } = await defined;
    // As long as nobody uses them, those of another run may have taken their place.
    await found.define(definitions);
    return await found.dialBroker(definitions);
  };
  return brokerOfRun({
    broker: connectBroker({ dial, signal }),
    run: context.run,
    suites: plan.suites.map(({ name }) => name),
    onKept: (space) => context.emit({ type: "space-kept", space }),
  });
}

function tellReady(options: {
  context: RunContext;
  wanted: RunPlan;
  outcomes: readonly ServiceOutcome[];
}): void {
  const { emit, now } = options.context;
  for (const { spec } of options.wanted.services) {
    const node = beginNode({ node: { kind: "service", name: spec.name }, emit, now });
    const outcome = options.outcomes.find(({ name }) => name === spec.name);
    node.finish({ state: "passed", note: outcome?.status ?? "ready", detail: "warm" });
  }
}

/** Whose network and volumes they are is known when somebody has waited for the network. */
function borrowShared(options: {
  context: RunContext;
  plan: RunPlan;
  ready: Promise<void>;
  borrowed: () => BorrowedServices | undefined;
  signal: AbortSignal;
}): SharedResources {
  const { context, plan, ready, borrowed, signal } = options;
  const labels = runLabels({ run: context.run, project: plan.project });
  return {
    get labels() {
      const owner = borrowed()?.description.run;
      return owner === undefined ? labels : { ...labels, ...guestLabel(owner) };
    },
    get owner() {
      return borrowed()?.description.run ?? context.run;
    },
    async network() {
      await orAborted(ready, signal);
      const network = borrowed()?.description.network;
      if (network === undefined) throw new Error("services that are ready have a network");
      return network;
    },
    get claimed() {
      return Promise.resolve(borrowed()?.description.network);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}
