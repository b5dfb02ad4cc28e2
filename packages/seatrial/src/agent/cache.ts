import type { Engine } from "../engine/index.ts";
import { isToolError } from "../support/error.ts";

const LABELS = { "seatrial.cache": "agent" };

/** The agents that an engine keeps, one for each version. A cache: removing one costs the next run a second. */
export async function listAgentCache(engine: Engine, signal: AbortSignal): Promise<{ name: string }[]> {
  const holders = await engine.workloads.list(LABELS, signal);
  return holders.map(({ name }) => ({ name }));
}

/** Removes every kept agent: holder, volume and image. Containers that use one keep it until they end. */
export async function removeAgentCache(engine: Engine, signal: AbortSignal): Promise<string[]> {
  const [holders, volumes, images] = await Promise.all([
    engine.workloads.list(LABELS, signal),
    engine.volumes.list(LABELS, signal),
    engine.images.list(LABELS, signal),
  ]);
  await Promise.all(holders.map(({ id }) => engine.workloads.remove(id, signal)));
  await Promise.all([
    ...volumes.map(({ name }) => unlessInUse(engine.volumes.remove(name, signal))),
    ...images.flatMap(({ references }) => references.map((name) => engine.images.remove(name, signal))),
  ]);
  return holders.map(({ name }) => name);
}

async function unlessInUse(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!isToolError(error, "VOLUME_IN_USE")) throw error;
  }
}
