import type { SpacePlan, SuiteSpec } from "../../model/index.ts";
import {
  definitionsOf,
  digestDefinitions,
  openNativeDoor,
  type RunPlan,
  targetsOf,
} from "../../run/index.ts";
import {
  acquireForProcess,
  type Broker,
  connectBroker,
  loadKind,
  openHostFilePlace,
  type ProcessSpaces,
  type SpaceResult,
} from "../../spaces/index.ts";
import { type Cleanup, createCleanup } from "../../support/cleanup.ts";
import type { Up } from "./join-up.ts";

/** The spaces of one command. Disposing it without a release ends them as its session's end does, and with them those that clients took. */
export interface ExecSpaces extends AsyncDisposable {
  /** What the suite names under `spaces`, and where clients find the broker: as this suite, at an address of the command's own. */
  readonly env: Record<string, string>;
  /** Gives back what the suite names; that of a command that failed is kept. */
  release(outcome: SpaceResult["outcome"]): Promise<void>;
}

interface ExecSpacesOptions {
  up: Up;
  /** Of the suite. */
  plan: RunPlan;
  spec: SuiteSpec;
  /** The suite's own, for configuration files. */
  env: Record<string, string>;
  notice: (text: string) => void;
  signal: AbortSignal;
}

/** Takes one space of each definition that a suite's variables name, and lets its clients take more: all made as the project now says. */
export async function openExecSpaces(options: ExecSpacesOptions): Promise<ExecSpaces> {
  const { up, spec, env } = options;
  const { owner, description } = up;
  const { plans, definitions } = await defineChanged(options);
  const over = new AbortController();
  const cleanup = createCleanup();
  cleanup.add(() => over.abort(new Error("the command has ended")));
  const broker = connectBroker({
    dial: () => owner.dialBroker({ definitions, signal: over.signal }),
    signal: over.signal,
  });
  cleanup.add(async () => await broker[Symbol.asyncDispose]());
  const services = description.services.flatMap(({ outcome, ports: [main] }) =>
    main === undefined ? [] : [[outcome.name, main] as const],
  );
  const ports = Object.fromEntries(services);
  try {
    const caller = { run: description.run, suite: spec.name };
    const door = await openNativeDoor({ broker, plans, caller, addresses: owner, ports, env });
    cleanup.add(async () => await door[Symbol.asyncDispose]());
    const held = await acquireNamed({ ...options, broker, plans, ports, cleanup });
    return {
      env: { ...door.variables, ...held?.env },
      release: async (outcome) => await held?.release({ outcome }),
      [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose](),
    };
  } catch (error) {
    await cleanup[Symbol.asyncDispose]();
    throw error;
  }
}

async function acquireNamed(
  options: ExecSpacesOptions & {
    broker: Broker;
    plans: SpacePlan[];
    ports: Record<string, number>;
    cleanup: Cleanup;
  },
): Promise<ProcessSpaces | undefined> {
  const { up, spec, ports: services, cleanup } = options;
  if (spec.spaces === undefined) return undefined;
  const files = openHostFilePlace();
  cleanup.add(async () => await files[Symbol.asyncDispose]());
  const holder = { run: up.description.run, suite: spec.name, test: "", attempt: 1 };
  return await acquireForProcess({
    ...options,
    kind: loadKind,
    wanted: spec.spaces,
    holder,
    reach: up.owner,
    files,
    services,
  });
}

/** What is up has the definitions of its start; newer ones come along, unless something has to be built for them. */
async function defineChanged(
  options: ExecSpacesOptions,
): Promise<{ plans: SpacePlan[]; definitions?: string }> {
  const { up, plan, notice, signal } = options;
  const { definitions: plans, definitionDigests = {}, run } = up.description;
  const now = await digestDefinitions(plan);
  const changed = Object.keys(now).filter((name) => now[name] !== definitionDigests[name]);
  if (changed.length === 0) return { plans };
  if (targetsOf(plan).size > 0) {
    notice(
      `what makes spaces of ${changed.join(", ")} has changed since run ${run} was started: seatrial up --fresh`,
    );
    return { plans };
  }
  const definitions = await definitionsOf(plan);
  await up.owner.define(definitions, signal);
  return { plans: definitions.plans, definitions: definitions.digest };
}
