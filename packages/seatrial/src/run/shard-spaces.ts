import type { LaunchedWorkload } from "../agent/index.ts";
import type { Duration, ImageConfig, SpacePlan, SuiteSpec } from "../model/index.ts";
import {
  acquireForProcess,
  type Broker,
  containerFilePlace,
  type FilePlace,
  findFileOwner,
  type loadKind,
  openEndpoint,
  type Reach,
} from "../spaces/index.ts";
import type { GrantProcess } from "../suites/index.ts";
import type { RunContext } from "./context.ts";
import type { RunPlan } from "./run-plan.ts";
import { servicePort } from "./service-port.ts";
import type { StartedServices } from "./services.ts";

/** In the run's network a service is where its container listens, under its own name. */
const inNetwork: Reach = { address: async (host, port) => ({ host, port }) };

/** What one container of a suite has of the spaces. */
export interface ShardSpaces extends AsyncDisposable {
  readonly grant: GrantProcess;
}

/** A suite's process has nothing to do but to wait for its spaces, and may be the first to: their template is built meanwhile. */
const LONGEST_WAIT_MS = 5 * 60_000;

function patient(broker: Broker, wait: Duration): Broker {
  return { ...broker, acquire: (request, signal) => broker.acquire({ wait, ...request }, signal) };
}

export interface ShardSpacesOptions {
  suite: SuiteSpec;
  workload: Pick<LaunchedWorkload, "agent">;
  image: ImageConfig;
  /** The definitions that its tests can ask for. */
  plans: readonly SpacePlan[];
  broker: Broker;
  kind: typeof loadKind;
  plan: Pick<RunPlan, "services">;
  services: Pick<StartedServices, "ports">;
  context: Pick<RunContext, "run" | "hide">;
  signal: AbortSignal;
}

/** Lets a suite's container reach the broker at a local address, and its processes have the spaces that the suite names. */
export async function openShardSpaces(options: ShardSpacesOptions): Promise<ShardSpaces> {
  const { suite, workload, broker, kind, context, signal } = options;
  const { agent } = workload;
  const common = {
    broker,
    kind,
    plans: [...options.plans],
    reach: inNetwork,
    files: await filePlace(options),
    services: await portsOf(options),
    env: suite.env,
  };
  const endpoint = openEndpoint({ ...common, caller: { run: context.run, suite: suite.name } });
  context.hide?.(endpoint.token);
  const listening = agent.relay({ onConnection: (client) => endpoint.accept(client), signal });
  const relay = await listening.catch(async (error: unknown) => {
    await endpoint.close();
    throw error;
  });
  const { host, port } = relay.address;
  const address = { SEATRIAL_BROKER: `http://${host}:${port}`, SEATRIAL_TOKEN: endpoint.token };
  return {
    async grant(test, stop) {
      if (suite.spaces === undefined) return { env: address, release: async () => undefined };
      const holder = { run: context.run, suite: suite.name, test, attempt: 1 };
      const held = await acquireForProcess({
        ...common,
        broker: patient(broker, Math.min(suite.timeout, LONGEST_WAIT_MS)),
        wanted: suite.spaces,
        holder,
        signal: stop,
      });
      return {
        env: { ...address, ...held.env },
        // Whatever keeps it from being given back, its service ends with the run.
        release: (outcome) => held.release({ outcome }).catch(() => undefined),
      };
    },
    async [Symbol.asyncDispose]() {
      await relay[Symbol.asyncDispose]();
      await endpoint.close();
    },
  };
}

/** Where rendered configuration goes, when there is any. */
async function filePlace(options: ShardSpacesOptions): Promise<FilePlace | undefined> {
  const { plans, suite, image, workload, signal } = options;
  if (plans.every(({ files }) => files.length === 0)) return undefined;
  const { files } = workload.agent;
  const user = suite.user ?? (image.user === "" ? undefined : image.user);
  return containerFilePlace({ files, owner: await findFileOwner({ files, user, signal }) });
}

/** Where the services of a suite listen, for configuration templates. */
async function portsOf({
  plan,
  plans,
  suite,
  services,
}: ShardSpacesOptions): Promise<Record<string, number>> {
  const names = new Set([...suite.needs, ...plans.map(({ service }) => service)]);
  const ports = plan.services
    .filter(({ spec }) => names.has(spec.name))
    .map(async (service): Promise<[string, number][]> => {
      const { name } = service.spec;
      const exposed = service.server?.port === undefined ? await services.ports(name) : [];
      const kind = plans.find((each) => each.service === name)?.kind;
      const port = servicePort({ service, kind, exposed });
      return port === undefined ? [] : [[service.spec.name, port]];
    });
  return Object.fromEntries((await Promise.all(ports)).flat());
}
