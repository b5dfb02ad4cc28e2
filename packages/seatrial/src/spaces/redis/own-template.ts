import { spaceError } from "../errors.ts";
import type { MakerOptions } from "../maker.ts";
import { createProcesses } from "../processes/index.ts";
import type { Keys } from "./content.ts";
import type { KeptConnection } from "./kept-connection.ts";
import { NO_SETTINGS } from "./settings.ts";
import { buildTemplate } from "./template.ts";

/** The keys that a space within the service's own server begins with. Its template is still built in a server of its own. */
export async function templateKeys(options: MakerOptions, kept: KeptConnection): Promise<Keys> {
  const { plan, server, signal } = options;
  await using processes = createProcesses({ server, onLost: () => undefined });
  const base = await kept.get(signal);
  const template = await buildTemplate({ maker: options, base, processes, settings: NO_SETTINGS }, signal);
  const { databases, functions } = template?.content ?? { databases: new Map<number, Keys>() };
  const elsewhere = [...databases.keys()].filter((database) => database !== 0);
  if (elsewhere.length > 0 || functions !== undefined) {
    const what = functions === undefined ? `keys in database ${elsewhere.join(", ")}` : "functions";
    throw spaceError({
      code: "TEMPLATE_FAILED",
      message: `the template of ${plan.name} has ${what}, which spaces with the isolation ${plan.isolation} cannot have`,
      hint: "use database 0 alone, or `isolation: process`",
    });
  }
  return databases.get(0) ?? [];
}
