import { engineLoss, type LaunchedWorkload, type Launcher, type ReservedWorkload } from "../agent/index.ts";
import type { Engine, NetworkSummary } from "../engine/index.ts";
import { pause } from "../support/abort.ts";
import { isToolError, messageOf } from "../support/error.ts";
import { runError } from "./errors.ts";
import { NETWORK_LABEL, OWNED } from "./labels.ts";

/** What a claim is made with. */
export interface ClaimOptions {
  engine: Engine;
  launcher: Launcher;
  run: string;
  labels: Record<string, string>;
  /** Called when the claim has ended although nobody gave it up: the network may be another run's by then. */
  onLost: (error: Error) => void;
  /** How long the claim is nothing but a name, in milliseconds. Default 2 s. */
  holdAfter?: number | undefined;
  signal: AbortSignal;
}

/** A run's right to a network, until it is disposed. */
export type NetworkClaim = AsyncDisposable;

/** Starting a container costs a tenth of a short run, and a run that is over by now needs no more than the name. */
const HOLD_AFTER_MS = 2_000;

/** The name of a network's claim. */
export function claimName(network: string): string {
  return `${network}-claim`;
}

/**
 * Claims a network for as long as this process lives. Undefined when somebody else has a claim on it, when containers are in it that
 * none explains, or when it is gone.
 */
export async function tryClaim(
  network: NetworkSummary,
  options: ClaimOptions,
): Promise<NetworkClaim | undefined> {
  const reserved = await reserveClaim(network, options);
  if (reserved === undefined) return undefined;
  try {
    const users = await options.engine.networks.users(network.id, options.signal);
    if (users?.length === 0) return hold({ ...options, network, reserved });
  } catch (error) {
    await Promise.allSettled([reserved[Symbol.asyncDispose]()]);
    throw error;
  }
  await reserved[Symbol.asyncDispose]();
  return undefined;
}

/** The id of the network that a run has claimed; undefined when it has none, or is over. */
export async function networkOf(
  options: Pick<ClaimOptions, "engine" | "run" | "signal">,
): Promise<string | undefined> {
  const { engine, run, signal } = options;
  const workloads = await engine.workloads.list({ ...OWNED, "seatrial.run": run }, signal);
  return workloads.map(({ labels }) => labels[NETWORK_LABEL]).find((id) => id !== undefined);
}

/** Takes the name, which an engine gives to one container only. */
export async function reserveClaim(
  network: NetworkSummary,
  options: Pick<ClaimOptions, "engine" | "launcher" | "labels" | "signal">,
): Promise<ReservedWorkload | undefined> {
  const { engine, launcher, labels, signal } = options;
  try {
    return await launcher.reserve(
      {
        name: claimName(network.name),
        label: `the claim of network ${network.name}`,
        labels: { ...labels, [NETWORK_LABEL]: network.id },
        network: { id: network.id, aliases: [] },
      },
      signal,
    );
  } catch (error) {
    if (isToolError(error, "NAME_TAKEN")) return undefined;
    // Creation fails when somebody has removed the network in the meantime.
    if ((await engine.networks.users(network.id, signal)) === undefined) return undefined;
    throw error;
  }
}

/** Lets the claim run, so that it ends with this process and not before: what does not run is removed by others sooner or later. */
function hold(options: ClaimOptions & { network: NetworkSummary; reserved: ReservedWorkload }): NetworkClaim {
  const { network, onLost } = options;
  const stop = new AbortController();
  const { signal } = stop;
  let held: AsyncDisposable = options.reserved;
  const lost = (error: Error) => {
    if (!signal.aborted) onLost(error);
  };

  async function start(reserved: ReservedWorkload): Promise<void> {
    const running = await reserved.start(signal);
    held = running;
    void whyEnded(running, options).then(lost);
  }

  async function begin(): Promise<void> {
    await pause(options.holdAfter ?? HOLD_AFTER_MS, signal);
    try {
      await start(options.reserved);
    } catch (error) {
      if (!isToolError(error, "WORKLOAD_NOT_FOUND")) throw error;
      // Somebody cleaned up (`docker container prune`). As long as the name is free, the network is still ours.
      const again = await reserveClaim(network, { ...options, signal });
      if (again === undefined) throw error;
      held = again;
      await start(again);
    }
  }

  const begun = begin().catch((error: unknown) => lost(whyNotHeld(error, options)));
  return {
    async [Symbol.asyncDispose]() {
      stop.abort(new Error("the claim is given up"));
      await begun;
      await held[Symbol.asyncDispose]();
    },
  };
}

interface Claim {
  run: string;
  network: NetworkSummary;
}

/** An engine that is away takes more than the claim, and is what is told. */
async function whyEnded({ agent, exit }: LaunchedWorkload, claim: Claim): Promise<Error> {
  const loss = await agent.closed;
  const away = isToolError(loss) ? await engineLoss(exit, loss) : undefined;
  return away ?? claimLost(claim, loss);
}

function whyNotHeld(error: unknown, claim: Claim): Error {
  return isToolError(error) && error.code.startsWith("ENGINE_") ? error : claimLost(claim, error);
}

function claimLost({ run, network }: Claim, cause: unknown): Error {
  return runError({
    code: "NETWORK_LOST",
    message: `Run ${run} lost its claim on network ${network.name}, which another run may use now: ${messageOf(cause)}`,
    hint: `Look who removed container ${claimName(network.name)}, then run again.`,
    cause,
    exitCode: 3,
  });
}
