import type { Launcher } from "../agent/index.ts";
import type { Engine } from "../engine/index.ts";
import type { RegistryClient } from "../registry/index.ts";
import type { UsageJournal } from "../services/index.ts";
import { cacheFolder } from "./paths.ts";
import type { Surroundings } from "./surroundings.ts";
import { createUsageJournal } from "./usage-journal.ts";

/** What a command works with once the engine is found. */
export interface Tools {
  engine: Engine;
  launcher: Launcher;
  usage: UsageJournal;
}

/**
 * The one place that chooses drivers. Finds the engine and asks what it can do, so that its answer is on the way while the rest of
 * the program is loaded; who needs the answer asks again and hears of failures.
 */
export async function openEngine({ environment }: Surroundings): Promise<Engine> {
  const { connectDocker, resolveEndpoint } = await import("../engine/docker/index.ts");
  const variables = { HOME: environment.home, ...environment.env };
  const engine = connectDocker({ endpoint: await resolveEndpoint(variables), environment: variables });
  engine.capabilities(new AbortController().signal).catch(() => undefined);
  return engine;
}

/** The engine with what starts containers in it. */
export async function openTools(surroundings: Surroundings): Promise<Tools> {
  const engine = await openEngine(surroundings);
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
