import type { Engine } from "../engine/index.ts";

/** Where the agent is in every container. */
export const AGENT_FOLDER = "/.seatrial";

/** The labels of everything that belongs to some agent in an engine, and the one that says to which. */
export const CACHE = { "seatrial.cache": "agent" };
export const KEY_LABEL = "seatrial.cache.key";

/**
 * Who holds an agent in an engine: a container that is never started and owns the volume that it filled when it was created.
 * Its name is the claim; its details can be seen only after the volume is full.
 */
export interface Holder {
  name: string;
  image: string;
  labels: Record<string, string>;
}

/** The names of everything that belongs to the agent with this key. */
export function holderOf(key: string): Holder {
  return {
    name: `seatrial-agent-${key}`,
    image: `seatrial-agent:${key}`,
    labels: { ...CACHE, [KEY_LABEL]: key },
  };
}

/** What a holder holds. */
export interface Held {
  /** Full of the agent, to be mounted at `/.seatrial`. */
  volume: string;
  /** The id of the image that has nothing but the agent. */
  image: string;
}

/** What the holder has, or undefined. A holder whose volume is gone is removed. */
export async function findHeld(
  engine: Engine,
  holder: Holder,
  signal: AbortSignal,
): Promise<Held | undefined> {
  const workloads = await engine.workloads.list(holder.labels, signal);
  const id = workloads.find(({ name }) => name === holder.name)?.id;
  if (id === undefined) return undefined;
  // While it is being created an engine may list it, but shows no details.
  const details = await engine.workloads.inspect(id, signal);
  if (details === undefined) return undefined;
  const volumes = await engine.volumes.list(holder.labels, signal);
  const volume = details.volumes[AGENT_FOLDER];
  if (volume !== undefined && volumes.some(({ name }) => name === volume))
    return { volume, image: details.image };
  await engine.workloads.remove(id, signal);
  return undefined;
}
