import type { Engine, ImageSummary, VolumeSummary, WorkloadSummary } from "../engine/index.ts";
import { isToolError } from "../support/error.ts";
import { agentBinary } from "./binary.ts";
import { AGENT_FOLDER, CACHE, holderOf, KEY_LABEL } from "./holder.ts";
import { readAgent } from "./key.ts";

/** An agent that an engine keeps: an image, a volume with the same content, and the container that holds the volume. */
export interface CachedAgent {
  key: string;
  name: string;
  /** Bytes of image and volume together; 0 when its image is gone. */
  size: number;
  /** ISO 8601, in UTC. */
  createdAt: string;
  /** Mounted in a container of some run; if not, the running program's own, or another version's. */
  use: "in use" | "own" | "idle";
}

interface Parts {
  holders: WorkloadSummary[];
  volumes: VolumeSummary[];
  images: ImageSummary[];
}

/** The key of the agent that this program would put into the engine; undefined when it has none for its platform. */
export async function ownAgentKey(engine: Engine, signal: AbortSignal): Promise<string | undefined> {
  const { platform } = await engine.capabilities(signal);
  try {
    return (await readAgent(await agentBinary(platform), platform)).key;
  } catch (error) {
    if (isToolError(error, "AGENT_MISSING")) return undefined;
    throw error;
  }
}

/**
 * The agents that an engine keeps, one for each version, oldest first. A cache: removing one costs the next run of its version a
 * second. `own` is the key of the running program's.
 */
export async function listAgentCache(options: {
  engine: Engine;
  own: string | undefined;
  signal: AbortSignal;
}): Promise<CachedAgent[]> {
  const { engine, own, signal } = options;
  const [parts, mounted] = await Promise.all([findParts(engine, signal), mountedVolumes(engine, signal)]);
  const agents = [...parts].map(([key, { holders, volumes, images }]): CachedAgent => {
    const isMounted = volumes.some(({ name }) => mounted.has(name));
    const bytes = images.map((image) => image.size);
    const inVolumes = volumes.length * Math.max(0, ...bytes);
    const created = [
      ...[...holders, ...volumes].map(({ createdAt }) => createdAt),
      ...images.map(({ createdAt }) => Date.parse(createdAt)),
    ];
    return {
      key,
      name: holderOf(key).name,
      size: bytes.reduce((sum, size) => sum + size, inVolumes),
      createdAt: new Date(Math.min(...created)).toISOString(),
      use: isMounted ? "in use" : key === own ? "own" : "idle",
    };
  });
  return agents.sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
}

/** Removes these agents: holder, volume and image. A container that has one mounted by now keeps the volume until it ends. */
export async function removeAgents(options: {
  engine: Engine;
  agents: readonly CachedAgent[];
  signal: AbortSignal;
}): Promise<string[]> {
  const { engine, agents, signal } = options;
  const parts = await findParts(engine, signal);
  for (const { key } of agents) {
    const { holders, volumes, images } = parts.get(key) ?? noParts();
    await Promise.all(holders.map(({ id }) => engine.workloads.remove(id, signal)));
    await Promise.all([
      ...volumes.map(({ name }) => unlessInUse(engine.volumes.remove(name, signal))),
      ...images.flatMap(namesOf).map((name) => engine.images.remove(name, signal)),
    ]);
  }
  return agents.map(({ name }) => name);
}

/** By key. Each kind may be missing: somebody else may have removed a part. */
async function findParts(engine: Engine, signal: AbortSignal): Promise<Map<string, Parts>> {
  const [holders, volumes, images] = await Promise.all([
    engine.workloads.list(CACHE, signal),
    engine.volumes.list(CACHE, signal),
    engine.images.list(CACHE, signal),
  ]);
  const parts = new Map<string, Parts>();
  const partsOf = ({ labels }: { labels: Record<string, string> }): Parts => {
    const key = labels[KEY_LABEL] ?? "";
    const found = parts.get(key) ?? noParts();
    parts.set(key, found);
    return found;
  };
  for (const holder of holders) partsOf(holder).holders.push(holder);
  for (const volume of volumes) partsOf(volume).volumes.push(volume);
  for (const image of images) partsOf(image).images.push(image);
  return parts;
}

/** Programs that made the same image at once leave some without a name. */
function namesOf({ id, references }: ImageSummary): string[] {
  return references.length === 0 ? [id] : references;
}

const noParts = (): Parts => ({ holders: [], volumes: [], images: [] });

/** The volumes with an agent that containers of runs have mounted. */
async function mountedVolumes(engine: Engine, signal: AbortSignal): Promise<Set<string>> {
  const workloads = await engine.workloads.list({}, signal);
  const ofRuns = workloads.filter(({ labels }) => labels["seatrial.run"] !== undefined);
  const details = await Promise.all(ofRuns.map(({ id }) => engine.workloads.inspect(id, signal)));
  return new Set(details.flatMap((each) => each?.volumes[AGENT_FOLDER] ?? []));
}

async function unlessInUse(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!isToolError(error, "VOLUME_IN_USE")) throw error;
  }
}
