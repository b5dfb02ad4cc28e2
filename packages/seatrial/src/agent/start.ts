import type { Engine, WorkloadExit, WorkloadSpec } from "../engine/index.ts";
import type { Duration } from "../model/index.ts";
import { orAborted, withDeadline } from "../support/abort.ts";
import { createCleanup } from "../support/cleanup.ts";
import type { Agent } from "./agent.ts";
import { createAgentLog } from "./agent-log.ts";
import { connect } from "./connect.ts";
import { endsWithin, lossOf, ownerStopped } from "./ending.ts";
import { agentError } from "./errors.ts";
import { type Pauses, watchPauses } from "./pauses.ts";

/** Creating is not broken off half way, so that what was created is known and can be removed. */
const CREATE_MS = 60_000;
const START_MS = 60_000;
const REMOVE_MS = 30_000;

/** A container with the agent as its first process. Disposing it ends the connection, and with it the container. */
export interface LaunchedWorkload extends AsyncDisposable {
  readonly id: string;
  readonly name: string;
  readonly agent: Agent;
  /**
   * Resolves when the container has ended; `outOfMemory` and the agent's own last words say why. Fails when the engine cannot say, and
   * with OWNER_STOPPED when the agent heard nothing of this program because that did not run.
   */
  readonly exit: Promise<WorkloadExit>;
  /** What the agent itself wrote to stderr, the last lines. */
  agentLog(): string[];
}

export interface StartOptions {
  engine: Engine;
  /** Whose container it is, for errors. */
  label: string;
  /** With the agent as its entrypoint. */
  spec: WorkloadSpec;
  /** For the agent to end with its connection, and for the engine to remove the container. */
  leaveWithin: Duration;
  /** A clock in milliseconds since 1970. */
  now: () => number;
}

/** A container that is created and has its name, and does not run yet. Disposing it removes it. */
export interface ReservedWorkload extends AsyncDisposable {
  readonly id: string;
  /**
   * Listens to it, starts it, and hears its agent's hello; disposing what that gives ends it. Leaves no container when it fails:
   * WORKLOAD_NOT_FOUND where somebody has removed it in the meantime.
   */
  start(signal: AbortSignal): Promise<LaunchedWorkload>;
}

/** Creates the container. */
export async function reserveWorkload(options: StartOptions, signal: AbortSignal): Promise<ReservedWorkload> {
  const { workloads } = options.engine;
  signal.throwIfAborted();
  const id = await workloads.create(options.spec, AbortSignal.timeout(CREATE_MS));
  return {
    id,
    start: (starting) => startReserved({ ...options, id }, starting),
    [Symbol.asyncDispose]: () => workloads.remove(id, AbortSignal.timeout(REMOVE_MS)),
  };
}

async function startReserved(
  options: StartOptions & { id: string },
  signal: AbortSignal,
): Promise<LaunchedWorkload> {
  const { label, spec, id } = options;
  const { workloads } = options.engine;
  // Ends with the container: what is still waited for then is of no interest.
  const life = new AbortController();
  const undo = createCleanup();
  undo.add(async () => await workloads.remove(id, AbortSignal.timeout(REMOVE_MS)));
  try {
    signal.throwIfAborted();
    const log = createAgentLog();
    const pauses = watchPauses(options.now);
    life.signal.addEventListener("abort", () => pauses[Symbol.dispose](), { once: true });
    let ending: Promise<void> | undefined;
    // Before the start: a container that ends at once is gone before anyone could ask.
    const exit = whyEnded({
      exit: workloads.waitForExit(id, life.signal),
      pauses,
      isAsked: () => ending !== undefined,
    });
    // Whoever waits for it hears of it.
    exit.catch(() => undefined);
    const attached = workloads.attach(id, { onStderr: log.write, signal: life.signal });
    undo.add(async () => await attached.then((late) => void late.destroy()).catch(() => undefined));
    undo.add(() => life.abort());
    const stream = await orAborted(attached, signal);
    const agent = connect(stream, { label, agentLog: log.lines, onLoss: () => lossOf(exit) });
    undo.add(async () => await agent[Symbol.asyncDispose]());
    await startAndGreet({ ...options, id, agent }, signal);

    async function end(): Promise<void> {
      await agent[Symbol.asyncDispose]();
      const left = await endsWithin(exit, options.leaveWithin);
      try {
        if (!left) await workloads.remove(id, AbortSignal.timeout(REMOVE_MS));
      } finally {
        life.abort();
      }
    }
    return {
      id,
      name: spec.name,
      agent,
      exit,
      agentLog: log.lines,
      async [Symbol.asyncDispose]() {
        ending ??= end();
        await ending;
      },
    };
  } catch (error) {
    // Why it failed counts more than what could not be removed for it: that is swept later.
    await Promise.allSettled([undo[Symbol.asyncDispose]()]);
    throw error;
  }
}

async function whyEnded(options: {
  exit: Promise<WorkloadExit>;
  pauses: Pauses;
  /** It was to end. */
  isAsked: () => boolean;
}): Promise<WorkloadExit> {
  const exit = await options.exit;
  const pause = options.pauses.recent();
  // An agent that gives its owner up ends well.
  if (pause === undefined || exit.exitCode !== 0 || options.isAsked()) return exit;
  throw ownerStopped(pause);
}

/** The engine first, so that its own reason for not starting is the one that is told. */
async function startAndGreet(
  options: StartOptions & { id: string; agent: Agent },
  signal: AbortSignal,
): Promise<void> {
  const { agent, label, spec } = options;
  {
    using limit = withDeadline(signal, {
      ms: START_MS,
      error: () =>
        agentError({
          code: "AGENT_NOT_STARTED",
          message: `the engine did not start container ${spec.name} (${label}) within ${START_MS / 1000} s`,
          hint: "look at the engine's load and its log",
        }),
    });
    await options.engine.workloads.start(options.id, limit.signal);
  }
  await agent.hello(signal);
}
