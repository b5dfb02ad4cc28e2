import type { SpacePlan, SuiteSpec } from "../../model/index.ts";
import { definitionsOf, digestDefinitions, type RunPlan, targetsOf } from "../../run/index.ts";
import {
  acquireForProcess,
  connectBroker,
  loadKind,
  openHostFilePlace,
  type SpaceResult,
} from "../../spaces/index.ts";
import { createCleanup } from "../../support/cleanup.ts";
import type { Up } from "./join-up.ts";

/** The spaces of one command. Disposing it without a release ends them as its session's end does. */
export interface ExecSpaces extends AsyncDisposable {
  /** What the suite names under `spaces`. */
  readonly env: Record<string, string>;
  /** Gives them back; those of a command that failed are kept. */
  release(outcome: SpaceResult["outcome"]): Promise<void>;
}

/** Takes one space of each definition that a suite's variables name, made as the project now says. */
export async function openExecSpaces(options: {
  up: Up;
  /** Of the suite. */
  plan: RunPlan;
  spec: SuiteSpec;
  wanted: NonNullable<SuiteSpec["spaces"]>;
  /** The suite's own, for configuration files. */
  env: Record<string, string>;
  notice: (text: string) => void;
  signal: AbortSignal;
}): Promise<ExecSpaces> {
  const { up, spec, wanted, env, signal } = options;
  const { owner, description } = up;
  const { plans, definitions } = await defineChanged(options);
  const over = new AbortController();
  const cleanup = createCleanup();
  cleanup.add(() => over.abort(new Error("the command has ended")));
  const files = openHostFilePlace();
  cleanup.add(async () => await files[Symbol.asyncDispose]());
  const broker = connectBroker({
    dial: () => owner.dialBroker({ definitions, signal: over.signal }),
    signal: over.signal,
  });
  cleanup.add(async () => await broker[Symbol.asyncDispose]());
  const services = description.services.flatMap(({ outcome, ports: [main] }) =>
    main === undefined ? [] : [[outcome.name, main] as const],
  );
  try {
    const held = await acquireForProcess({
      broker,
      kind: loadKind,
      plans,
      wanted,
      holder: { run: description.run, suite: spec.name, test: "", attempt: 1 },
      reach: owner,
      files,
      services: Object.fromEntries(services),
      env,
      signal,
    });
    return {
      env: held.env,
      release: (outcome) => held.release({ outcome }),
      [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose](),
    };
  } catch (error) {
    await cleanup[Symbol.asyncDispose]();
    throw error;
  }
}

/** What is up has the definitions of its start; newer ones come along, unless something has to be built for them. */
async function defineChanged(
  options: Parameters<typeof openExecSpaces>[0],
): Promise<{ plans: SpacePlan[]; definitions?: string }> {
  const { up, plan, wanted, notice, signal } = options;
  const { definitions: plans, definitionDigests = {}, run } = up.description;
  const now = await digestDefinitions(plan);
  const names = new Set(Object.values(wanted).map(({ space }) => space));
  const changed = [...names].filter((name) => now[name] !== definitionDigests[name]);
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
