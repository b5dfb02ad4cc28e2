import type { ProcessSpec } from "../../agent/index.ts";
import {
  type FakeAgentOptions,
  type FakeLauncher,
  type FakeProcess,
  fakeLauncher,
} from "../../agent/testing/index.ts";
import { createMemoryEngine } from "../../engine/memory/index.ts";
import type { ImageConfig } from "../../model/index.ts";
import type { CheckCase, DynamicCheck } from "../check.ts";
import { shareContainer } from "../container/shared.ts";
import type { CheckContext } from "../context.ts";
import type { CheckPlan } from "../plan.ts";

/** A plan that asks for nothing but what is given. */
export function emptyPlan(changes: Partial<CheckPlan>): CheckPlan {
  return {
    release: "release",
    measureTest: false,
    absent: [],
    files: {},
    labels: {},
    env: {},
    structure: [],
    ...changes,
  };
}

export interface ContainerWorld {
  context: CheckContext;
  launcher: FakeLauncher;
  cases: CheckCase[];
  /** Everything that processes wrote. */
  logged(): string;
  /** The services that were waited for. */
  needed: string[];
  run(check: DynamicCheck, plan: CheckPlan, signal?: AbortSignal): Promise<void>;
}

/** Containers of a release image, each with an agent by script. */
export async function containerWorld(options: {
  image?: Partial<ImageConfig>;
  /** By the container's name without the run's. */
  script: (part: string) => FakeAgentOptions;
  ready?: () => Promise<void>;
}): Promise<ContainerWorld> {
  const never = new AbortController().signal;
  const engine = createMemoryEngine({ images: [{ reference: "app:1", config: options.image }] });
  const image = await engine.images.inspect("app:1", never);
  if (image === undefined) throw new Error("the engine in memory lost its image");
  const launcher = fakeLauncher((spec) => options.script(spec.name.replace("seatrial-r1-check-", "")));
  const cases: CheckCase[] = [];
  const needed: string[] = [];
  let written = "";
  const context: CheckContext = {
    run: "r1",
    release: {
      target: "release",
      imageId: image.id,
      layers: image.layers,
      platform: image.platform,
      size: image.size,
      standIn: false,
    },
    engine,
    launcher,
    labels: { "seatrial.run": "r1" },
    network: async () => "the-network",
    async ready(services) {
      needed.push(...services);
      await options.ready?.();
    },
    env: {},
    cacheFolder: "/nonexistent",
    log: {
      file: "logs/check.log",
      async write(_stream, chunk) {
        written += Buffer.from(chunk).toString();
      },
      lastLines: () => [],
    },
    emit: () => undefined,
    note: () => undefined,
    now: () => performance.now(),
    signal: never,
  };
  return {
    context,
    launcher,
    cases,
    needed,
    logged: () => written,
    async run(check, plan, signal = never) {
      const shared = shareContainer({ ...context, signal });
      try {
        const report = (test: CheckCase) => void cases.push(test);
        await check.run({
          plan,
          context: { ...context, signal },
          container: shared.get,
          report,
          signal,
        });
      } finally {
        await shared.close();
      }
    },
  };
}

/** The agent's own words for a command that no folder of the PATH has. */
export function notFound({ argv }: ProcessSpec): FakeProcess {
  return {
    refuse: argv[0]?.startsWith("/")
      ? `cannot start "${argv[0]}": does not exist`
      : `cannot start "${argv[0]}": executable not found in $PATH (/usr/local/bin:/usr/bin:/bin)`,
  };
}
