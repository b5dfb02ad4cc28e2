import type { LaunchedWorkload, Launcher } from "../agent/index.ts";
import type { ToolAgents } from "../coverage/index.ts";
import { type ImageDetails, PLAIN_SECURITY } from "../model/index.ts";
import { runLabels } from "./labels.ts";

/** Containers of images that have the tools for reading profiles, one for each image, started when one is needed. */
export interface ToolContainers extends AsyncDisposable {
  agentOf: ToolAgents;
}

export interface ToolContainersOptions {
  /** Of a run, or of a command that is none. */
  run: string;
  project: string;
  launcher: Launcher;
  /** The image that a name means. */
  image: (name: string) => Promise<ImageDetails>;
  signal: AbortSignal;
}

/** Starts nothing yet. */
export function createToolContainers(options: ToolContainersOptions): ToolContainers {
  const { run, project, launcher, signal } = options;
  const started = new Map<string, Promise<{ workload: LaunchedWorkload; image: ImageDetails }>>();

  async function start(name: string, at: number) {
    const image = await options.image(name);
    // Names of images are longer than those of containers may be.
    const place = `${at}-${name.split("/").at(-1)}`.replace(/[^a-zA-Z0-9_.-]/g, "-").slice(0, 40);
    const workload = await launcher.launch(
      {
        name: `seatrial-${run}-coverage-${place}`,
        label: `the tools of coverage in ${name}`,
        image: image.id,
        labels: { ...runLabels({ run, project }), "seatrial.coverage": name },
        env: {},
        mounts: [],
        limits: {},
        security: PLAIN_SECURITY,
        extraHosts: [],
      },
      signal,
    );
    return { workload, image };
  }

  return {
    async agentOf(name) {
      const found = started.get(name) ?? start(name, started.size + 1);
      // Whoever asked hears of it.
      found.catch(() => undefined);
      started.set(name, found);
      const { workload, image } = await found;
      return { agent: workload.agent, image };
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
