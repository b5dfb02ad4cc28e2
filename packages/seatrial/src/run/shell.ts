import type { AgentProcess, LaunchedWorkload, ProcessExit } from "../agent/index.ts";
import type { ImageDetails, SuiteSpec } from "../model/index.ts";
import { resolveImage, toWorkloadMount } from "../services/index.ts";
import { PLAIN_SECURITY, prepareContainer, suiteContainer, suiteEnvironment } from "../suites/index.ts";
import { buildTargets } from "./build.ts";
import type { RunContext } from "./context.ts";
import { runError } from "./errors.ts";
import { runLabels } from "./labels.ts";
import type { RunPlan } from "./plan.ts";
import { createSharedResources } from "./resources.ts";
import { startRunServices } from "./services.ts";

/** Where a shell reads and writes. */
export interface ShellEnds {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
}

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
  const { signal } = context;
  await using shared = createSharedResources({ plan, context, signal });
  const stop = new AbortController();
  const build = buildTargets({ plan, context, signal });
  build.catch(() => undefined);
  await using services = startRunServices({
    plan,
    context,
    build,
    shared,
    onFailure: (error) => stop.abort(error),
    signal: AbortSignal.any([signal, stop.signal]),
  });
  const image = await resolveImage({
    subject: `suite ${suite.name}`,
    source: suite.image,
    engine: context.engine,
    built: (await build).images,
    onNote: () => undefined,
    signal,
  });
  await services.ready(suite.needs);
  return await enter({ ...options, image, network: await shared.network(image.id), labels: shared.labels });
}

/** Opens a shell in the network of a run that somebody else owns. */
export async function joinRun(
  options: ShellOptions & { run: string; network: string; image: ImageDetails },
): Promise<ProcessExit> {
  const labels = {
    ...runLabels({ run: options.run, project: options.plan.project }),
    "seatrial.guest": options.run,
  };
  return await enter({ ...options, labels });
}

async function enter(
  options: ShellOptions & { image: ImageDetails; network: string; labels: Record<string, string> },
): Promise<ProcessExit> {
  const { suite, context, image } = options;
  const shard = { index: 1, count: 1 };
  const container = suiteContainer({
    run: context.run,
    spec: { ...suite, name: `shell-${suite.name}` },
    shard,
    imageId: image.id,
    network: options.network,
    labels: options.labels,
    security: suite.security ?? PLAIN_SECURITY,
    mounts: suite.mounts.map((mount) => toWorkloadMount(mount, context.run)),
    extraHosts: suite.extraHosts,
  });
  await using workload = await context.launcher.launch(container, context.signal);
  await prepareContainer({ agent: workload.agent, spec: suite, signal: context.signal });
  return await interact({
    ...options,
    workload,
    env: suiteEnvironment({ run: context.run, spec: suite, shard, host: context.env }),
  });
}

async function interact(
  options: ShellOptions & { image: ImageDetails; workload: LaunchedWorkload; env: Record<string, string> },
): Promise<ProcessExit> {
  const { workload, ends, suite, image, context } = options;
  const { input, output } = ends;
  const terminal = input.isTTY && output.isTTY ? { columns: output.columns, rows: output.rows } : undefined;
  const shell = await workload.agent.run(
    {
      argv: options.command ?? (await findShell(workload, context.signal)),
      env: { TERM: context.env["TERM"] ?? "xterm", ...options.env },
      workingDir: suite.workingDir ?? (image.config.workingDir || "/"),
      user: suite.user ?? (image.config.user || undefined),
      terminal,
      stdin: true,
    },
    context.signal,
  );
  using _wires = wire(shell, ends);
  for await (const chunk of shell.output) output.write(chunk.data);
  return await shell.exit;
}

/** Connects the two ends: keys, end of input, and the terminal's size. */
function wire(shell: AgentProcess, { input, output }: ShellEnds): Disposable {
  const ignore = () => undefined;
  const onData = (data: Buffer) => void shell.write(data).catch(ignore);
  const onEnd = () => void shell.endInput().catch(ignore);
  const onResize = () => void shell.resize({ columns: output.columns, rows: output.rows }).catch(ignore);
  if (input.isTTY) input.setRawMode(true);
  input.on("data", onData).on("end", onEnd);
  output.on("resize", onResize);
  return {
    [Symbol.dispose]() {
      if (input.isTTY) input.setRawMode(false);
      input.off("data", onData).off("end", onEnd).pause();
      output.off("resize", onResize);
    },
  };
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
