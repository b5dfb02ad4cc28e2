import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createLauncher } from "../../agent/index.ts";
import { type FakeAgentOptions, fakeAgentProgram } from "../../agent/testing/index.ts";
import type { Engine } from "../../engine/index.ts";
import { createMemoryEngine, type MemoryContainer } from "../../engine/memory/index.ts";
import type { RunEvent } from "../../model/index.ts";
import { createLogs } from "../../report/index.ts";
import { createRedactor } from "../../support/redact.ts";
import { type AppliedRun, applyRun } from "../apply.ts";
import type { RunContext } from "../context.ts";
import type { RunPlan } from "../run-plan.ts";

/** What the agents of a run's containers do, by the name of the service or suite. */
export type Scripts = Record<string, FakeAgentOptions>;

export interface RunWorld extends AsyncDisposable {
  engine: Engine;
  context: RunContext;
  events: RunEvent[];
  /** Carries a plan out, and removes what it used afterwards. */
  run(plan: RunPlan): Promise<AppliedRun>;
  /** What the engine holds of any run: containers, shared volumes. Kept networks are a cache. */
  left(): Promise<string[]>;
}

const ANY = new AbortController().signal;

/** An engine in memory with the images `db:1`, `tests:1` and `more:1`, and everything that a run in it is given. */
export async function makeRunWorld(options: {
  scripts: Scripts;
  /** Further images that the engine holds. */
  images?: string[] | undefined;
  context?: Partial<RunContext> | undefined;
  /** Wraps the engine, to let some of its calls fail. */
  wrap?: ((engine: Engine) => Engine) | undefined;
}): Promise<RunWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), "seatrial-run-"));
  const plain = createMemoryEngine({
    images: ["db:1", "tests:1", "more:1", ...(options.images ?? [])].map((reference) => ({ reference })),
    programs: {
      "/.seatrial/agent": fakeAgentProgram(({ spec: { labels } }: MemoryContainer) => {
        const name =
          labels["seatrial.service"] ?? labels["seatrial.suite"] ?? labels["seatrial.template"] ?? "";
        return options.scripts[name] ?? {};
      }),
    },
  });
  const engine = options.wrap?.(plain) ?? plain;
  const events: RunEvent[] = [];
  const emit = (event: RunEvent) => void events.push(event);
  const context: RunContext = {
    run: "r1",
    engine,
    // Whatever this file holds: nothing in memory is executed.
    launcher: createLauncher({ engine, agentBinary: async () => import.meta.filename }),
    emit,
    logs: createLogs({
      folder,
      redactor: createRedactor(),
      emit,
      onError: () => undefined,
    }),
    folder,
    env: {},
    cacheFolder: `${folder}/cache`,
    source: Promise.resolve({ commit: "abc", dirty: false }),
    now: () => performance.now(),
    signal: ANY,
    ...options.context,
  };
  return {
    engine,
    context,
    events,
    async run(plan) {
      await using applied = await applyRun(plan, context);
      return applied;
    },
    async left() {
      const [workloads, volumes] = await Promise.all([
        plain.workloads.list({ "seatrial.kind": "run" }, ANY),
        plain.volumes.list({ "seatrial.kind": "run" }, ANY),
      ]);
      return [...workloads, ...volumes].map(({ name }) => name);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
