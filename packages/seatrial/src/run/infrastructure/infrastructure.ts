import { releaseImages } from "../../image/index.ts";
import type { RunningService, ServicePlan } from "../../services/index.ts";
import { orAborted } from "../../support/abort.ts";
import { createCleanup } from "../../support/cleanup.ts";
import { EXIT } from "../../support/error.ts";
import { problemOf } from "../../support/problem.ts";
import { buildTargets } from "../build.ts";
import type { RunContext } from "../context.ts";
import { runError } from "../errors.ts";
import type { RunPlan } from "../plan.ts";
import { createSharedResources } from "../resources.ts";
import { startRunServices } from "../services.ts";
import { createNativeAddresses, type NativeAddresses } from "./addresses.ts";
import type { DescribedService, Description, NativeDescription, OwnedKind } from "./description.ts";
import { digestService } from "./plan.ts";
import { GATE_PORT } from "./reachable.ts";
import { serviceVariables } from "./variables.ts";

/** Services without suites, which somebody else uses. Disposing it removes everything. */
export interface Infrastructure extends AsyncDisposable {
  /** Resolves when all services are ready; fails with what went wrong first. */
  readonly ready: Promise<void>;
  /** Aborts when something of it has failed, before it was ready or later; the reason says what. */
  readonly failed: AbortSignal;
  readonly addresses: NativeAddresses;
  describe(): Promise<Omit<Description, "control" | "until" | "lease">>;
}

export interface InfrastructureOptions {
  /** As `planInfrastructure` gives it. */
  plan: RunPlan;
  context: RunContext;
  kind: OwnedKind;
  /** Whether programs of this machine are to find it. */
  native: boolean;
}

/** Builds what services need, and starts them; the first failure ends all. */
export function startInfrastructure(options: InfrastructureOptions): Infrastructure {
  const { plan, context, native } = options;
  context.emit({
    type: "run-started",
    run: context.run,
    project: plan.project,
    folder: context.folder,
    nodes: [
      ...(plan.targets.length + plan.given.length > 0 ? [{ kind: "build", name: "build" } as const] : []),
      ...namesOf(plan).map((name) => ({ kind: "service", name }) as const),
    ],
  });
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const cleanup = createCleanup();
  const fail = (error: unknown) => stop.abort(error);
  cleanup.add(async () => await context.logs.close());
  const shared = createSharedResources({ plan, context, signal });
  cleanup.add(async () => await shared[Symbol.asyncDispose]());
  const build = buildTargets({ plan, context, signal });
  build.catch(fail);
  cleanup.add(() =>
    releaseImages({
      ...plan,
      run: context.run,
      engine: context.engine,
      signal: AbortSignal.timeout(REMOVAL_MS),
    }),
  );
  const gate = native ? plan.services.find(({ spec }) => !spec.oneShot)?.spec.name : undefined;
  const services = startRunServices({
    plan,
    context,
    build,
    shared,
    publish: native ? ({ spec }) => (spec.name === gate ? [GATE_PORT] : []) : undefined,
    onFailure: fail,
    signal,
  });
  cleanup.add(async () => await services[Symbol.asyncDispose]());
  const addresses = createNativeAddresses({ engine: context.engine, running: services.running, gate });
  cleanup.add(async () => await addresses[Symbol.asyncDispose]());
  const ready = orAborted(Promise.all([build, services.ready(namesOf(plan))]), signal).then(() => undefined);
  ready.catch(fail);
  let state: Description["state"] = "starting";
  ready.then(
    () => {
      state = "ready";
    },
    () => undefined,
  );
  stop.signal.addEventListener("abort", () => {
    state = "failed";
  });

  async function describeService(service: ServicePlan, running: RunningService | undefined) {
    const { name, aliases, hostname } = service.spec;
    const outcome = services.outcomes().find((each) => each.name === name);
    if (outcome === undefined) throw new Error(`service ${name} has an outcome from its start on`);
    const described: DescribedService = {
      outcome,
      names: [...new Set([name, ...aliases, ...(hostname === undefined ? [] : [hostname])])],
      ports: [...(running?.ports ?? service.ports ?? [])],
    };
    return running === undefined
      ? described
      : { ...described, digest: await digestService(service, running.imageId) };
  }

  async function nativeOf(described: readonly DescribedService[]): Promise<NativeDescription> {
    const found: NativeDescription = { addresses: {}, variables: {} };
    for (const service of plan.services) {
      const ports = described.find(({ outcome }) => outcome.name === service.spec.name)?.ports ?? [];
      if (service.spec.oneShot) continue;
      const known = await Promise.all(
        ports.map(async (port) => [port, await addresses.address(service.spec.name, port, signal)] as const),
      );
      const byPort = Object.fromEntries(known);
      found.addresses[service.spec.name] = byPort;
      Object.assign(found.variables, serviceVariables({ plan: service, ports, addresses: byPort }));
    }
    return found;
  }

  return {
    ready,
    failed: stop.signal,
    addresses,
    async describe() {
      const running = await Promise.all(
        plan.services.map(async ({ spec }) =>
          state === "ready" ? await services.running(spec.name) : undefined,
        ),
      );
      const described = await Promise.all(
        plan.services.map((service, index) => describeService(service, running[index])),
      );
      return {
        version: 1,
        run: context.run,
        project: plan.project,
        root: plan.root,
        folder: context.folder,
        kind: options.kind,
        state,
        problem: state === "failed" ? problemOf(stop.signal.reason) : undefined,
        network: await shared.claimed,
        services: described,
        definitions: [],
        native: native && state === "ready" ? await nativeOf(described) : undefined,
      };
    },
    async [Symbol.asyncDispose]() {
      stop.abort(ended(context.run));
      await cleanup[Symbol.asyncDispose]();
    },
  };
}

function ended(run: string): Error {
  return runError({
    code: "OWNER_AWAY",
    message: `The services of run ${run} were ended.`,
    hint: "Start them again.",
    exitCode: EXIT.unreachable,
  });
}

const REMOVAL_MS = 20_000;

function namesOf(plan: RunPlan): string[] {
  return plan.services.map(({ spec }) => spec.name);
}
