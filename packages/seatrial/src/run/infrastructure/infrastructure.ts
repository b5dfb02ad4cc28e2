import { releaseImages } from "../../image/index.ts";
import { orAborted } from "../../support/abort.ts";
import { createCleanup } from "../../support/cleanup.ts";
import { EXIT } from "../../support/error.ts";
import { problemOf } from "../../support/problem.ts";
import { buildTargets } from "../build.ts";
import type { RunContext } from "../context.ts";
import { runError } from "../errors.ts";
import { createSharedResources } from "../resources.ts";
import type { RunPlan } from "../run-plan.ts";
import { startRunServices } from "../services.ts";
import { createNativeAddresses, type NativeAddresses } from "./addresses.ts";
import { describeServices } from "./describe-services.ts";
import type { Description, OwnedKind } from "./description.ts";
import { createNative } from "./native.ts";
import { createOwnSpaces, type OwnSpaces } from "./own-spaces.ts";
import { GATE_PORT } from "./reachable.ts";

/** Services without suites, which somebody else uses. Disposing it removes everything. */
export interface Infrastructure extends AsyncDisposable {
  /** Resolves when all services are ready; fails with what went wrong first. */
  readonly ready: Promise<void>;
  /** Aborts when something of it has failed, before it was ready or later; the reason says what. */
  readonly failed: AbortSignal;
  readonly addresses: NativeAddresses;
  readonly spaces: OwnSpaces;
  describe(): Promise<Omit<Description, "control" | "until" | "lease">>;
}

export interface InfrastructureOptions {
  /** As `planInfrastructure` gives it. */
  plan: RunPlan;
  context: RunContext;
  kind: OwnedKind;
  /** For configuration files of programs of this machine: what the suites' environments say alike. Absent: there are no such programs. */
  native?: Record<string, string> | undefined;
}

/** Builds what services need, and starts them; the first failure ends all. */
export function startInfrastructure(options: InfrastructureOptions): Infrastructure {
  const { plan, context } = options;
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
  const shared = createSharedResources({ plan, context, onLost: fail, signal });
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
  const gate = options.native && plan.services.find(({ spec }) => !spec.oneShot)?.spec.name;
  const services = startRunServices({
    plan,
    context,
    build,
    shared,
    publish: options.native && (({ spec }) => (spec.name === gate ? [GATE_PORT] : [])),
    onFailure: fail,
    signal,
  });
  cleanup.add(async () => await services[Symbol.asyncDispose]());
  const spaces = createOwnSpaces({ plan, context, build, shared, services, signal });
  cleanup.add(async () => await spaces[Symbol.asyncDispose]());
  const addresses = createNativeAddresses({ engine: context.engine, running: services.running, gate });
  cleanup.add(async () => await addresses[Symbol.asyncDispose]());
  const env = options.native;
  const native = env && createNative({ plans: plan.services, context, addresses, spaces, env, signal });
  cleanup.add(async () => await native?.[Symbol.asyncDispose]());

  let state: Description["state"] = "starting";
  const ready = orAborted(Promise.all([build, services.ready(namesOf(plan))]), signal).then(() => {
    state = "ready";
  });
  ready.catch(fail);
  stop.signal.addEventListener("abort", () => {
    state = "failed";
  });

  return {
    ready,
    failed: stop.signal,
    addresses,
    spaces,
    async describe() {
      const described = await describeServices({ plans: plan.services, services });
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
        definitions: spaces.plans(),
        definitionDigests: await spaces.digests().catch(() => undefined),
        native: state === "ready" ? await native?.describe(described) : undefined,
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
