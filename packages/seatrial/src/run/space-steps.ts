import type { BuildResult, Log, SpacePlan } from "../model/index.ts";
import { PLAIN_SECURITY } from "../model/index.ts";
import { resolveImage, type ServiceRuntime, startService } from "../services/index.ts";
import { type OutsideStep, spaceError } from "../spaces/index.ts";
import { withDeadline } from "../support/abort.ts";
import { isToolError, messageOf, type ToolError } from "../support/error.ts";
import type { RunContext } from "./context.ts";
import type { SharedResources } from "./resources.ts";
import type { RunPlan } from "./run-plan.ts";
import type { StartedServices } from "./services.ts";

const LIMIT_MS = 10 * 60_000;
const LINES = 20;

export interface StepOptions {
  plan: Pick<RunPlan, "steps">;
  context: RunContext;
  build: Promise<BuildResult>;
  shared: SharedResources;
  services: Pick<StartedServices, "ready">;
  /** What a definition's template waits for, in a line for people. */
  onNote: (space: string, note: string) => void;
}

/** Carries out one step of the template of a definition. */
export type StepRunner = (space: SpacePlan, step: OutsideStep, signal: AbortSignal) => Promise<void>;

/** What carries out steps of templates in containers of their own, with their output in a log of each definition. */
export function createStepRunner(options: StepOptions): StepRunner {
  return async (space, outside, signal) => {
    const { step } = outside;
    using deadline = withDeadline(signal, {
      ms: LIMIT_MS,
      error: () => templateFailed(space, `${subjectOf(step)} was not done within 10 minutes`),
    });
    const name = stepName(space, step);
    const job = { ...options, space, outside, name, signal: deadline.signal };
    await (step.kind === "command" ? runCommand({ ...job, step }) : runOneShot({ ...job, step }));
  };
}

interface Job<S> extends StepOptions {
  space: SpacePlan;
  outside: OutsideStep;
  step: S;
  /** Of its container and of its log. */
  name: string;
  signal: AbortSignal;
}

type Step = OutsideStep["step"];
type CommandStep = Extract<Step, { kind: "command" }>;
type ServiceStep = Extract<Step, { kind: "service" }>;

async function runCommand(job: Job<CommandStep>): Promise<void> {
  const { context, shared, space, outside, step, name, signal } = job;
  const built = await job.build;
  const image = await resolveImage({
    subject: `template of ${space.name}`,
    source: { kind: "target", target: step.target },
    engine: context.engine,
    built: built.images,
    onNote: (note) => job.onNote(space.name, note),
    signal,
  });
  await using workload = await context.launcher.launch(
    {
      name: `seatrial-${context.run}-${name}`,
      label: `template of ${space.name}`,
      image: image.id,
      labels: { ...shared.labels, "seatrial.template": space.name },
      env: {},
      hostname: name.replace(/[^a-zA-Z0-9-]/g, "-").slice(0, 60),
      network: { id: await shared.network(), aliases: [] },
      mounts: [],
      limits: {},
      security: PLAIN_SECURITY,
      extraHosts: [],
    },
    signal,
  );
  const log = context.logs.open({ kind: "service", name });
  const { user, workingDir } = image.config;
  const process = await workload.agent
    .run(
      {
        argv: step.argv,
        env: { ...outside.env, ...step.env, [step.variable]: outside.values["url"] ?? "" },
        workingDir: workingDir === "" ? "/" : workingDir,
        user: user === "" ? undefined : user,
      },
      signal,
    )
    .catch((error: unknown) => {
      if (!isToolError(error, "PROCESS_NOT_STARTED")) throw error;
      throw templateFailed(space, messageOf(error), { cause: error });
    });
  for await (const chunk of process.output) await log.write(chunk.stream, chunk.data);
  const { code, signal: ended } = await process.exit;
  if (code === 0) return;
  const how = code === null ? `was ended by ${ended ?? "a signal"}` : `ended with exit code ${code}`;
  throw templateFailed(space, `${subjectOf(step)} ${how}`, { log });
}

async function runOneShot(job: Job<ServiceStep>): Promise<void> {
  const { plan, context, shared, services, space, outside, step, name, signal } = job;
  const service = plan.steps.find(({ spec }) => spec.name === step.service);
  if (service === undefined) throw new Error(`the step ${step.service} of ${space.name} was not planned`);
  const { spec } = service;
  // What the Compose file says about the usual variables speaks of the service's own database.
  const replaced = Object.entries(outside.env).filter(([variable]) => spec.env[variable] !== undefined);
  const env = { ...spec.env, ...Object.fromEntries(replaced), [step.variable]: outside.values["url"] ?? "" };
  const runtime: ServiceRuntime = {
    run: context.run,
    engine: context.engine,
    launcher: context.launcher,
    network: shared.network,
    labels: shared.labels,
    built: spec.image.kind === "target" ? (await job.build).images : new Map(),
    logs: context.logs,
    now: context.now,
  };
  try {
    await using _completed = await startService({
      plan: { ...service, spec: { ...spec, name, hostname: undefined, aliases: [], env, oneShot: true } },
      runtime,
      dependencies: services.ready(spec.dependsOn.map((each) => each.service)),
      onNote: (note) => job.onNote(space.name, note),
      signal,
    });
  } catch (error) {
    if (signal.aborted || !isToolError(error)) throw error;
    throw templateFailed(space, messageOf(error), { cause: error, lastLines: error.lastLines });
  }
}

function stepName(space: SpacePlan, step: Step): string {
  const at = space.template.steps.filter(({ kind }) => kind !== "files").indexOf(step);
  return `${space.name}-template${at > 0 ? `-${at + 1}` : ""}`;
}

function subjectOf(step: Step): string {
  return step.kind === "command" ? step.argv.join(" ").slice(0, 120) : `service ${step.service}`;
}

function templateFailed(
  space: SpacePlan,
  what: string,
  more: { log?: Log; cause?: unknown; lastLines?: string[] | undefined } = {},
): ToolError {
  const { log, cause, lastLines = log?.lastLines(LINES) } = more;
  return spaceError({
    code: "TEMPLATE_FAILED",
    message: `The template of spaces of ${space.name} could not be built: ${what}`,
    hint: log === undefined ? undefined : `Its whole output is in ${log.file} of the run's folder.`,
    cause,
    lastLines,
  });
}
