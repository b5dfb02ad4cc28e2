import type { Launcher } from "../agent/index.ts";
import type { Engine } from "../engine/index.ts";
import type { RegistryClient } from "../registry/index.ts";
import type { UsageJournal } from "../services/index.ts";
import { inPipeline } from "./in-pipeline.ts";
import { cacheFolder } from "./paths.ts";
import type { Surroundings } from "./surroundings.ts";
import { createUsageJournal } from "./usage-journal.ts";

/** What a command works with once the engine is found. */
export interface Tools {
  engine: Engine;
  launcher: Launcher;
  usage: UsageJournal;
}

export interface OpenOptions {
  signal: AbortSignal;
  /** Wait for an engine that is still starting, as one beside a job of a pipeline may be. Default: in pipelines. */
  waits?: boolean | undefined;
  /** Hears that the first request is on its way, or that there is none. */
  onAsked?: (() => void) | undefined;
}

/**
 * The one place that chooses drivers. Finds the engine and asks what it can do, so that its answer is on the way while the rest of
 * the program is loaded; who needs the answer asks again and hears of failures.
 */
export async function openEngine(
  { environment, stderr }: Surroundings,
  { signal, waits = inPipeline(environment.env), onAsked = () => undefined }: OpenOptions,
): Promise<Engine> {
  const { connectDocker, mayBeStarting, resolveEndpoint } = await import("../engine/docker/index.ts");
  const variables = { HOME: environment.home, ...environment.env };
  const open = async () => {
    try {
      return connectDocker({ endpoint: await resolveEndpoint(variables), environment: variables });
    } finally {
      // Whoever opens it asks at once; the request is written in the turns that follow.
      setImmediate(() => setImmediate(onAsked));
    }
  };
  if (waits) {
    const { awaitEngine } = await import("./await-engine.ts");
    return await awaitEngine({ open, mayBeStarting, say: (line) => void stderr.write(`${line}\n`), signal });
  }
  const engine = await open();
  engine.capabilities(new AbortController().signal).catch(() => undefined);
  return engine;
}

/** The engine with what starts containers in it. */
export async function openTools(surroundings: Surroundings, options: OpenOptions): Promise<Tools> {
  const engine = await openEngine(surroundings, options);
  const { agentBinary, createLauncher } = await import("../agent/index.ts");
  return { engine, launcher: createLauncher({ engine, agentBinary }), usage: openUsage(surroundings) };
}

/** Registries, with the user's credentials. `onRetry` hears of each further try before the wait for it, which may be long. */
export async function openRegistries(
  { environment }: Surroundings,
  options: { insecureHosts: readonly string[]; onRetry: (note: string) => void },
): Promise<RegistryClient> {
  const { connectRegistries } = await import("../registry/oci/index.ts");
  return connectRegistries({ environment: { HOME: environment.home, ...environment.env }, ...options });
}

/** Where it is written down when snapshots were last used. */
export function openUsage({ environment }: Surroundings): UsageJournal {
  return createUsageJournal(`${cacheFolder(environment)}/snapshots`);
}
