import type { LaunchedWorkload } from "../agent/index.ts";
import type { BuildResult, ImageConfig, SpacesOutcome, SuiteSpec } from "../model/index.ts";
import {
  type Broker,
  createBroker,
  type LeasedSpace,
  loadKind,
  type SpaceServer,
  unwrittenJournal,
} from "../spaces/index.ts";
import type { RunContext } from "./context.ts";
import { createGivenSpaces } from "./given-spaces.ts";
import { spacesOf } from "./required-services.ts";
import type { SharedResources } from "./resources.ts";
import type { RunPlan } from "./run-plan.ts";
import type { StartedServices } from "./services.ts";
import { openShardSpaces, type ShardSpaces } from "./shard-spaces.ts";
import { spaceServer } from "./space-server.ts";
import { createStepRunner } from "./space-steps.ts";

/** The spaces of a run. Closing it ends what hands them out; they end with their services. */
export interface RunSpaces extends AsyncDisposable {
  readonly broker: Broker;
  /** Opens a container's way to the broker; undefined where no service of its suite has spaces. */
  openShard(shard: {
    suite: SuiteSpec;
    workload: LaunchedWorkload;
    image: ImageConfig;
    signal: AbortSignal;
  }): Promise<ShardSpaces | undefined>;
  /** How many a suite's tests were given so far. */
  leasedBy(suite: string): number;
  outcomes(): Promise<SpacesOutcome[]>;
}

export interface RunSpacesOptions {
  plan: Pick<RunPlan, "spaces" | "earlySpaces" | "steps" | "services" | "suites">;
  context: RunContext;
  build: Promise<BuildResult>;
  shared: SharedResources;
  services: Pick<StartedServices, "ready" | "running" | "ports">;
  /** Hands spaces out in place of a broker of its own: that of whoever owns the services. */
  broker?: Broker | undefined;
  /** Asked when it is closed: whether spaces are removed while their services stay. Default: no. */
  dropOnClose?: (() => boolean) | undefined;
  signal: AbortSignal;
}

/** Begins to make the spaces that the project speaks of, as soon as their services are ready. Undefined when there are none. */
export function createRunSpaces(options: RunSpacesOptions): RunSpaces | undefined {
  const { plan, context, services } = options;
  if (plan.spaces.length === 0) return undefined;
  const kind = context.spaceKinds ?? loadKind;
  const given = createGivenSpaces(context);
  const broker = watched(options.broker ?? ownBroker(options, given.gone), given.add);
  broker.prepare(plan.earlySpaces);
  return {
    broker,
    async openShard({ suite, ...shard }) {
      const plans = spacesOf(plan, suite);
      if (plans.length === 0) return undefined;
      return await openShardSpaces({ ...shard, plans, suite, broker, kind, context, services, plan });
    },
    leasedBy: given.countOf,
    outcomes: () => broker.outcomes(),
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}

/** A broker of what lives no longer than the run's services, which end with this process. */
function ownBroker(options: RunSpacesOptions, onGone: (id: string) => void): Broker {
  const { plan, context, services, signal } = options;
  async function server(name: string): Promise<SpaceServer> {
    const space = plan.spaces.find(({ service }) => service === name);
    const service = plan.services.find(({ spec }) => spec.name === name);
    if (space === undefined || service === undefined) throw new Error(`no spaces of ${name} were planned`);
    return spaceServer({ service: await services.running(name), plan: service, kind: space.kind });
  }

  const onNote = (space: string, note: string) => tell({ plan, context, space, note });
  return createBroker({
    plans: plan.spaces,
    server,
    kind: context.spaceKinds ?? loadKind,
    runStep: createStepRunner({ ...options, onNote }),
    journal: unwrittenJournal(),
    dropOnClose: options.dropOnClose ?? false,
    onKept: (space) => context.emit({ type: "space-kept", space }),
    onGone,
    onNote,
    onWarning: (message) => context.emit({ type: "warning", message }),
    signal,
  });
}

/** To whoever waits for it: the suites that name the definition. */
function tell(options: Pick<RunSpacesOptions, "plan" | "context"> & { space: string; note: string }): void {
  for (const suite of options.plan.suites) {
    const names = Object.values(suite.spaces ?? {}).map((use) => use.space);
    if (!names.includes(options.space)) continue;
    const node = { kind: "suite", name: suite.name } as const;
    options.context.emit({ type: "node-progress", node, note: options.note });
  }
}

/** The same broker; each space that it gives is told. */
function watched(broker: Broker, onLeased: (space: LeasedSpace) => void): Broker {
  return {
    ...broker,
    async acquire(request, signal) {
      const leased = await broker.acquire(request, signal);
      onLeased(leased);
      return leased;
    },
  };
}
