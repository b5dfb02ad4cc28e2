import { agentBinary, createLauncher, type Launcher } from "../agent/index.ts";
import { connectDocker, resolveEndpoint } from "../engine/docker/index.ts";
import type { Engine } from "../engine/index.ts";
import type { UsageJournal } from "../services/index.ts";
import { cacheFolder } from "./paths.ts";
import type { Surroundings } from "./surroundings.ts";
import { createUsageJournal } from "./usage-journal.ts";

/** The one place that chooses drivers. Finds the engine; nothing is dialled yet. */
export async function openEngine({ environment }: Surroundings): Promise<{
  engine: Engine;
  launcher: Launcher;
  usage: UsageJournal;
}> {
  const variables = { HOME: environment.home, ...environment.env };
  const engine = connectDocker({ endpoint: await resolveEndpoint(variables), environment: variables });
  return {
    engine,
    launcher: createLauncher({ engine, agentBinary }),
    usage: createUsageJournal(`${cacheFolder(environment)}/snapshots`),
  };
}
