import type { LaunchedWorkload, ProcessExit } from "../agent/index.ts";
import { releaseImages } from "../image/index.ts";
import type { ImageDetails, SuiteSpec } from "../model/index.ts";
import { resolveImage, toWorkloadMount } from "../services/index.ts";
import { prepareContainer, suiteContainer, suiteEnvironment } from "../suites/index.ts";
import { createCleanup } from "../support/cleanup.ts";
import { buildTargets } from "./build.ts";
import type { RunContext } from "./context.ts";
import { runError } from "./errors.ts";
import { guestLabel, runLabels } from "./labels.ts";
import type { RunPlan } from "./plan.ts";
import { createSharedResources } from "./resources.ts";
import { startRunServices } from "./services.ts";
import { interact, type ShellEnds } from "./terminal.ts";

export interface ShellOptions {
  plan: RunPlan;
  suite: SuiteSpec;
  context: RunContext;
  /** Default: the image's shell. */
  command?: string[] | undefined;
  ends: ShellEnds;
}

/** Builds, starts the suite's services, opens a shell in its image beside them, and removes everything afterwards. */
export async function openShell(options: ShellOptions): Promise<ProcessExit> {
  const { plan, suite, context } = options;
  const stop = new AbortController();
  // The first failure ends what is still on its way; an open shell stays open when a service ends.
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const cleanup = createCleanup();
  await using _all = cleanup;
  const shared = createSharedResources({ plan, context, signal });
  cleanup.add(async () => await shared[Symbol.asyncDispose]());
  const build = buildTargets({ plan, context, signal });
  build.catch((error: unknown) => stop.abort(error));
  cleanup.add(() => releaseImages({ ...plan, run: context.run, engine: context.engine, signal: removal() }));
  const services = startRunServices({
    plan,
    context,
    build,
    shared,
    onFailure: (error) => stop.abort(error),
    signal,
  });
  cleanup.add(async () => await services[Symbol.asyncDispose]());
  cleanup.add(() => stop.abort(new Error("the shell is over")));
  const image = await resolveImage({
    subject: `suite ${suite.name}`,
    source: suite.image,
    engine: context.engine,
    built: (await build).images,
    onNote: () => undefined,
    signal,
  });
  await services.ready(suite.needs);
  const network = await shared.network(image.id);
  return await enter({ ...options, image, network, labels: shared.labels, run: context.run });
}

const removal = () => AbortSignal.timeout(20_000);

/** Opens a shell in the network of a run that somebody else owns. */
export async function joinRun(
  options: ShellOptions & { run: string; network: string; image: ImageDetails },
): Promise<ProcessExit> {
  const labels = {
    ...runLabels({ run: options.run, project: options.plan.project }),
    ...guestLabel(options.run),
  };
  return await enter({ ...options, labels });
}

async function enter(
  options: ShellOptions & {
    image: ImageDetails;
    network: string;
    labels: Record<string, string>;
    /** The run whose services and volumes it shares. */
    run: string;
  },
): Promise<ProcessExit> {
  const { suite, context, image, run } = options;
  const shard = { index: 1, count: 1 };
  const container = suiteContainer({
    run: context.run,
    spec: { ...suite, name: `shell-${suite.name}` },
    shard,
    imageId: image.id,
    network: options.network,
    labels: options.labels,
    security: suite.security,
    mounts: suite.mounts.map((mount) => toWorkloadMount(mount, run)),
    extraHosts: suite.extraHosts,
  });
  await using workload = await context.launcher.launch(container, context.signal);
  await prepareContainer({ agent: workload.agent, spec: suite, signal: context.signal });
  return await interact({
    agent: workload.agent,
    process: {
      argv: options.command ?? (await findShell(workload, context.signal)),
      env: suiteEnvironment({ run, spec: suite, shard, host: context.env }),
      workingDir: suite.workingDir ?? (image.config.workingDir || "/"),
      user: suite.user ?? (image.config.user || undefined),
    },
    term: context.env["TERM"],
    ends: options.ends,
    signal: context.signal,
  });
}

async function findShell(workload: LaunchedWorkload, signal: AbortSignal): Promise<string[]> {
  for (const shell of ["/bin/bash", "/bin/sh"]) {
    if ((await workload.agent.files.stat(shell, signal)) !== undefined) return [shell];
  }
  throw runError({
    code: "SHELL_MISSING",
    message: "The image has no shell: neither /bin/bash nor /bin/sh is in it.",
    hint: "Name a program that it has: seatrial shell --command /path/in/the/image.",
  });
}
