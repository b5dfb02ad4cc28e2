import type { LaunchedWorkload } from "../agent/index.ts";
import type { ToolAgents } from "../coverage/index.ts";
import { type BuildResult, PLAIN_SECURITY } from "../model/index.ts";
import type { RunContext } from "./context.ts";
import { runLabels } from "./labels.ts";

/** Containers of targets that have the tools for reading profiles, one for each target, started when one is needed. */
export interface ToolContainers extends AsyncDisposable {
  agentOf: ToolAgents;
}

export function createToolContainers(options: {
  context: Pick<RunContext, "run" | "engine" | "launcher">;
  build: Promise<BuildResult>;
  project: string;
  signal: AbortSignal;
}): ToolContainers {
  const { context, signal } = options;
  const started = new Map<string, Promise<{ workload: LaunchedWorkload; workingDir: string }>>();

  async function start(target: string) {
    const id = (await options.build).images.get(target)?.imageId;
    const image = id === undefined ? undefined : await context.engine.images.inspect(id, signal);
    if (image === undefined) throw new Error(`target ${target} of coverage was not built`);
    const workload = await context.launcher.launch(
      {
        name: `seatrial-${context.run}-coverage-${target}`.replace(/[^a-zA-Z0-9_.-]/g, "-"),
        label: `the tools of coverage in ${target}`,
        image: image.id,
        labels: { ...runLabels({ run: context.run, project: options.project }), "seatrial.coverage": target },
        env: {},
        mounts: [],
        limits: {},
        security: PLAIN_SECURITY,
        extraHosts: [],
      },
      signal,
    );
    return { workload, workingDir: image.config.workingDir || "/" };
  }

  return {
    async agentOf(target) {
      const found = started.get(target) ?? start(target);
      // Whoever asked hears of it.
      found.catch(() => undefined);
      started.set(target, found);
      const { workload, workingDir } = await found;
      return { agent: workload.agent, workingDir };
    },
    async [Symbol.asyncDispose]() {
      const settled = await Promise.allSettled(started.values());
      await Promise.all(
        settled.map((each) =>
          each.status === "fulfilled" ? each.value.workload[Symbol.asyncDispose]() : undefined,
        ),
      );
    },
  };
}
