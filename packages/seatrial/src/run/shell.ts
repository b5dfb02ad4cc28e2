import type { LaunchedWorkload, ProcessExit } from "../agent/index.ts";
import { releaseImages } from "../image/index.ts";
import type { ImageDetails, SuiteSpec } from "../model/index.ts";
import { resolveImage, toWorkloadMount } from "../services/index.ts";
import { prepareContainer, processPlace, suiteContainer, suiteEnvironment } from "../suites/index.ts";
import { createCleanup } from "../support/cleanup.ts";
import { EXIT } from "../support/error.ts";
import { buildTargets } from "./build.ts";
import type { RunContext } from "./context.ts";
import { runError } from "./errors.ts";
import type { OwnerClient } from "./infrastructure/control-client.ts";
import { joinSpaces } from "./join-spaces.ts";
import { guestLabel, runLabels } from "./labels.ts";
import { networkOf } from "./network-claim.ts";
import { createSharedResources } from "./resources.ts";
import type { RunPlan } from "./run-plan.ts";
import { startRunServices } from "./services.ts";
import { type ShellNode, tellShell } from "./shell-node.ts";
import { createRunSpaces, type RunSpaces } from "./spaces.ts";
import { waitingFor } from "./suites.ts";
import { interact, type ShellEnds } from "./terminal.ts";

export interface ShellOptions {
  plan: RunPlan;
  suite: SuiteSpec;
  context: RunContext;
  /** Default: the image's shell. */
  command?: string[] | undefined;
  ends: ShellEnds;
}

/**
 * Builds, starts the suite's services, opens a shell in its image beside them, with a space of its own where the suite names such, and
 * removes everything afterwards.
 */
export async function openShell(options: ShellOptions): Promise<ProcessExit> {
  const { plan, suite, context } = options;
  const stop = new AbortController();
  // The first failure ends what is still on its way; an open shell stays open when a service ends.
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const cleanup = createCleanup();
  await using _all = cleanup;
  const shared = createSharedResources({ plan, context, onLost: (error) => stop.abort(error), signal });
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
  // A service that ends leaves the spaces of the others as they are.
  const spaces = createRunSpaces({ ...options, build, shared, services, signal: context.signal });
  cleanup.add(async () => await spaces?.[Symbol.asyncDispose]());
  cleanup.add(() => stop.abort(new Error("the shell is over")));
  return await tellShell({ suite, context, opening: signal }, async (node) => {
    const image = await resolveImage({
      subject: `suite ${suite.name}`,
      source: suite.image,
      engine: context.engine,
      built: (await build).images,
      onNote: node.note,
      signal,
    });
    node.note(waitingFor(suite));
    await services.ready(suite.needs);
    const network = await shared.network();
    return await enter({
      ...options,
      image,
      network,
      labels: shared.labels,
      run: context.run,
      spaces,
      node,
      opening: signal,
    });
  });
}

const removal = () => AbortSignal.timeout(20_000);

export interface JoinOptions extends ShellOptions {
  run: string;
  network: string;
  image: ImageDetails;
  /** Gives the shell its spaces. Absent: it cannot be reached from this machine. */
  owner: OwnerClient | undefined;
}

/** Opens a shell in the network of a run that somebody else owns, with a space of its own from that one's broker. */
export async function joinRun(options: JoinOptions): Promise<ProcessExit> {
  const { plan, run, owner, context, suite } = options;
  const labels = { ...runLabels({ run, project: plan.project }), ...guestLabel(run) };
  await using spaces = owner && (await joinSpaces({ ...options, owner }));
  if (spaces === undefined && suite.spaces !== undefined)
    context.emit({
      type: "warning",
      message: `The shell has no spaces: the owner of run ${run} is not a process of this machine.`,
    });
  const admitted = async () => {
    // Its owner ends guests that it knows of; one that begins in that moment goes by itself, before another run gets the network.
    const network = await networkOf({ engine: context.engine, run, signal: context.signal });
    if (network !== options.network) throw ownerAway(run);
  };
  const opening = context.signal;
  return await tellShell(
    { suite, context, opening },
    async (node) => await enter({ ...options, labels, spaces, admitted, node, opening }),
  );
}

async function enter(
  options: ShellOptions & {
    image: ImageDetails;
    network: string;
    labels: Record<string, string>;
    /** The run whose services and volumes it shares. */
    run: string;
    spaces: Pick<RunSpaces, "openShard"> | undefined;
    /** Asked once the container runs: fails when it must not be in the network any more. */
    admitted?: (() => Promise<void>) | undefined;
    node: ShellNode;
    /** Ends the wait for them. */
    opening: AbortSignal;
  },
): Promise<ProcessExit> {
  const { suite, context, image, run, node } = options;
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
  node.note("starting its container");
  await using workload = await context.launcher.launch(container, context.signal);
  await options.admitted?.();
  await prepareContainer({ agent: workload.agent, spec: suite, signal: context.signal });
  const argv = options.command ?? (await findShell(workload, context.signal));
  const held = { suite, workload, image: image.config, signal: context.signal };
  await using spaces = await options.spaces?.openShard(held);
  if (spaces !== undefined) node.note("waiting for its spaces");
  const grant = await spaces?.grant(HOLDER, options.opening);
  try {
    node.opened();
    return await interact({
      agent: workload.agent,
      process: {
        argv,
        env: { ...suiteEnvironment({ run, spec: suite, shard, host: context.env }), ...grant?.env },
        ...processPlace(suite, image.config),
      },
      term: context.env["TERM"],
      ends: options.ends,
      signal: context.signal,
    });
  } finally {
    // Whoever typed there has seen what there was to see: whatever its last exit code, nothing is kept.
    await grant?.release("passed");
  }
}

function ownerAway(run: string): Error {
  return runError({
    code: "OWNER_AWAY",
    message: `Run ${run} ended while the shell was being opened.`,
    hint: "Run again with --keep.",
    exitCode: EXIT.unreachable,
  });
}

/** What lists of spaces name in place of a test. */
const HOLDER = "seatrial shell";

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
