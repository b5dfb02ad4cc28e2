import { randomBytes } from "node:crypto";
import type { Engine } from "../engine/index.ts";
import { PLAIN_SECURITY, type Platform } from "../model/index.ts";
import { pause, withDeadline } from "../support/abort.ts";
import { isToolError } from "../support/error.ts";
import { ensureAgentImage } from "./agent-image.ts";
import { agentError } from "./errors.ts";
import { AGENT_FOLDER, findHeld, type Held, type Holder, holderOf } from "./holder.ts";
import { readAgent } from "./key.ts";

/** How long another program may take to fill the same volume. */
const CLAIM_MS = 30_000;
const LOOK_AGAIN_MS = 50;
const REMOVE_MS = 10_000;

export interface InstallOptions {
  engine: Engine;
  /** The path of the binary. */
  binary: string;
  platform: Platform;
  signal: AbortSignal;
}

/** An agent that is in an engine. */
export interface InstalledAgent extends Held {
  /** Puts an image into the engine from which somebody has removed it, and gives its id. */
  imageAgain(signal: AbortSignal): Promise<string>;
  /** Whether the engine still has it: anybody may clean up. */
  isThere(signal: AbortSignal): Promise<boolean>;
}

/**
 * Puts an agent into an engine: once, whoever asks, and however many at once. Fails with AGENT_NOT_INSTALLED when another program
 * has begun and does not come to an end.
 */
export async function installAgent(options: InstallOptions): Promise<InstalledAgent> {
  const { engine } = options;
  const { key, binary } = await readAgent(options.binary, options.platform);
  const holder = holderOf(key);
  const found =
    (await findHeld(engine, holder, options.signal)) ?? (await fillVolume({ ...options, holder, binary }));
  return {
    ...found,
    imageAgain: async (signal) => {
      const again = await readAgent(options.binary, options.platform);
      return await ensureAgentImage({ engine, holder, binary: again.binary, signal });
    },
    isThere: async (signal) => (await findHeld(engine, holder, signal))?.volume === found.volume,
  };
}

async function fillVolume(options: {
  engine: Engine;
  holder: Holder;
  binary: Buffer;
  signal: AbortSignal;
}): Promise<Held> {
  const { engine, holder, signal } = options;
  const image = await ensureAgentImage(options);
  const own = `${holder.name}-${randomBytes(4).toString("hex")}`;
  await engine.volumes.create(own, holder.labels, signal);
  try {
    const held = await claim({ engine, holder, image, own, signal });
    if (held.volume !== own) await removeVolume(engine, own);
    return held;
  } catch (error) {
    // What cannot be removed now is removed by the next who fills one.
    await removeVolume(engine, own).catch(() => undefined);
    throw error;
  }
}

/** Creates the holder with our own volume, or waits for the one who was first, and gives what that one holds. */
async function claim(options: {
  engine: Engine;
  holder: Holder;
  image: string;
  own: string;
  signal: AbortSignal;
}): Promise<Held> {
  const { engine, holder, image, own } = options;
  using deadline = withDeadline(options.signal, {
    ms: CLAIM_MS,
    error: () =>
      agentError({
        code: "AGENT_NOT_INSTALLED",
        message: `the container name ${holder.name} was taken for ${CLAIM_MS / 1000} s, but no container with an agent appeared`,
        hint: `look whether the engine is stuck; a container of that name that is not seatrial's has to go: docker rm -f ${holder.name}`,
      }),
  });
  const { signal } = deadline;
  for (;;) {
    if (await createHolder({ ...options, signal })) {
      await removeLeftVolumes({ engine, holder, own, signal });
      return { volume: own, image };
    }
    const found = await findHeld(engine, holder, signal);
    if (found !== undefined) return found;
    // The engine has no event that tells: a name is taken long before its container can be seen.
    await pause(LOOK_AGAIN_MS, signal);
  }
}

/** Creating it fills the volume: the engine copies what the image has at the place of an empty volume. False when the name is taken. */
async function createHolder(options: {
  engine: Engine;
  holder: Holder;
  image: string;
  own: string;
  signal: AbortSignal;
}): Promise<boolean> {
  const { engine, holder, image, own, signal } = options;
  try {
    await engine.workloads.create(
      {
        name: holder.name,
        image,
        labels: holder.labels,
        entrypoint: [`${AGENT_FOLDER}/agent`],
        command: ["version"],
        user: "0",
        env: {},
        mounts: [{ kind: "volume", name: own, target: AGENT_FOLDER, readOnly: false }],
        limits: {},
        security: PLAIN_SECURITY,
        extraHosts: [],
        removeOnExit: false,
      },
      signal,
    );
    return true;
  } catch (error) {
    if (isToolError(error, "NAME_TAKEN")) return false;
    throw error;
  }
}

/** Volumes of holders that somebody removed. Whoever holds the name may: every other volume of its key is nobody's. */
async function removeLeftVolumes(options: {
  engine: Engine;
  holder: Holder;
  own: string;
  signal: AbortSignal;
}): Promise<void> {
  const { engine, holder, own, signal } = options;
  const volumes = await engine.volumes.list(holder.labels, signal);
  const left = volumes.filter(({ name }) => name !== own);
  await Promise.all(left.map(({ name }) => removeVolume(engine, name)));
}

/** One that is in use after all stays. */
async function removeVolume(engine: Engine, name: string): Promise<void> {
  try {
    await engine.volumes.remove(name, AbortSignal.timeout(REMOVE_MS));
  } catch (error) {
    if (!isToolError(error, "VOLUME_IN_USE")) throw error;
  }
}
