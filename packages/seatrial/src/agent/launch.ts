import type { Engine, WorkloadSpec } from "../engine/index.ts";
import {
  type Duration,
  lentCapabilities,
  PLAIN_SECURITY,
  plainCapability,
  type SecuritySpec,
} from "../model/index.ts";
import { orAborted } from "../support/abort.ts";
import { isToolError } from "../support/error.ts";
import { AGENT_FOLDER } from "./holder.ts";
import { type InstalledAgent, installAgent } from "./install.ts";
import { type LaunchedWorkload, type ReservedWorkload, reserveWorkload } from "./start.ts";

/** What the launcher adds by itself: the agent's volume, entrypoint, root user. */
export type LaunchSpec = Omit<WorkloadSpec, "entrypoint" | "command" | "user" | "removeOnExit"> & {
  /** Whose container it is, for errors: `service postgres`. Default: the container's name. */
  label?: string | undefined;
};

/** A container with the agent's own image, in which nothing else is ever run. */
export type HolderSpec = Pick<LaunchSpec, "name" | "labels" | "network" | "label">;

export interface Launcher {
  /** Puts the agent into the engine, ahead of the first launch. Later calls and launches find it done. */
  prepare(signal: AbortSignal): Promise<void>;
  /** Resolves when the agent has answered. A launch that fails, or is aborted, leaves no container. */
  launch(spec: LaunchSpec, signal: AbortSignal): Promise<LaunchedWorkload>;
  /** Creates a container that holds its name, and once it is started for exactly as long as this process lives. */
  reserve(spec: HolderSpec, signal: AbortSignal): Promise<ReservedWorkload>;
}

export interface LauncherOptions {
  engine: Engine;
  /** Finds the agent's binary for a platform such as `linux/amd64`. */
  agentBinary: (platform: string) => Promise<string>;
  /** How long a container may take to end and be removed before that is forced. Default 5 s. */
  leaveWithin?: Duration | undefined;
  /** A clock in milliseconds since 1970. Default: the system's. */
  now?: (() => number) | undefined;
}

const INSTALL_MS = 120_000;
const LEAVE_MS: Duration = 5_000;

/** Launches containers in one engine. */
export function createLauncher(options: LauncherOptions): Launcher {
  const { engine, leaveWithin = LEAVE_MS, now = Date.now } = options;
  let installing: Promise<InstalledAgent> | undefined;

  /** Once for all launches: the one that asked first may be aborted, the others still need it. */
  async function installed(signal: AbortSignal): Promise<InstalledAgent> {
    installing ??= install();
    // Whoever waits for it hears of it; the one who asked may be gone.
    installing.catch(() => undefined);
    try {
      return await orAborted(installing, signal);
    } catch (error) {
      if (!signal.aborted) installing = undefined;
      throw error;
    }
  }

  async function install(): Promise<InstalledAgent> {
    const signal = AbortSignal.timeout(INSTALL_MS);
    const { platform } = await engine.capabilities(signal);
    return await installAgent({ engine, binary: await options.agentBinary(platform), platform, signal });
  }

  async function reserveWith(
    { agent, given, lent }: { agent: InstalledAgent; given: LaunchSpec; lent: readonly string[] },
    signal: AbortSignal,
  ) {
    const { label = `container ${given.name}`, ...spec } = given;
    const mount = { kind: "volume", name: agent.volume, target: AGENT_FOLDER, readOnly: true } as const;
    const withAgent: WorkloadSpec = {
      ...spec,
      entrypoint: [`${AGENT_FOLDER}/agent`, "serve"],
      command: lent.length === 0 ? [] : [`--lent=${lent.join(",")}`],
      user: "0",
      // Engines take no relative one: that starts at the image's, and must be there.
      workingDir: spec.workingDir?.startsWith("/") === true ? spec.workingDir : undefined,
      security: withCapabilities(spec.security, lent),
      mounts: [...spec.mounts, mount],
    };
    return await reserveWorkload({ engine, label, spec: withAgent, leaveWithin, now }, signal);
  }

  /** Uses the agent, a second time where the first one failed for want of it: anybody may clean the engine up. */
  async function withAgent<T>(signal: AbortSignal, use: (agent: InstalledAgent) => Promise<T>): Promise<T> {
    const agent = await installed(signal);
    try {
      return await use(agent);
    } catch (error) {
      const itsOwn = signal.aborted || isToolError(error, "NAME_TAKEN");
      if (itsOwn || (await agent.isThere(signal))) throw error;
    }
    // In the place of the volume the engine made an empty one without a label.
    await engine.volumes.remove(agent.volume, signal);
    installing = undefined;
    return await use(await installed(signal));
  }

  return {
    async prepare(signal) {
      await installed(signal);
    },
    launch: (spec, signal) =>
      withAgent(signal, async (agent) => {
        const reserved = await reserveWith(
          { agent, given: spec, lent: lentCapabilities(spec.security) },
          signal,
        );
        return await reserved.start(signal);
      }),
    reserve: (spec, signal) =>
      withAgent(signal, async (agent) => {
        const from = (image: string) =>
          reserveWith({ agent, given: { ...NOTHING, ...spec, image }, lent: [] }, signal);
        try {
          return await from(agent.image);
        } catch (error) {
          if (!isToolError(error, "IMAGE_NOT_FOUND")) throw error;
          return await from(await agent.imageAgain(signal));
        }
      }),
  };
}

const NOTHING = {
  env: {},
  mounts: [],
  limits: {},
  security: { ...PLAIN_SECURITY, readOnlyRoot: true, capDrop: ["ALL"] },
  extraHosts: [],
};

function withCapabilities(security: SecuritySpec, lent: readonly string[]): SecuritySpec {
  if (lent.length === 0) return security;
  const capDrop = security.capDrop.filter((name) => !lent.includes(plainCapability(name)));
  return { ...security, capAdd: [...security.capAdd, ...lent], capDrop };
}
