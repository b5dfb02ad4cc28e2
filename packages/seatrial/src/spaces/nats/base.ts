import { spaceError } from "../errors.ts";
import type { MakerOptions } from "../maker.ts";
import { type NatsSettings, NO_SETTINGS, settingsOf } from "./config.ts";
import { readInfo } from "./connection.ts";

/** Opening either kind of maker begins with this: what the service's own server says of itself. */
export async function readSettings({ plan, server, signal, onWarning }: MakerOptions): Promise<NatsSettings> {
  if (plan.template.from !== undefined || plan.template.steps.length > 0) {
    throw spaceError({
      code: "TEMPLATE_FAILED",
      message: `the template of ${plan.name} failed: spaces of NATS begin empty, nothing can be copied into them`,
      hint: "take `from` and `migrations` out of its definition, and let tests create the streams they need",
    });
  }
  try {
    const stream = await server.dial(server.port, signal);
    stream.on("error", () => undefined);
    try {
      return settingsOf(await readInfo(stream, signal));
    } finally {
      stream.destroy();
    }
  } catch (error) {
    if (signal.aborted) throw error;
    const why = error instanceof Error ? error.message : String(error);
    onWarning?.(`${plan.name}: its spaces have NATS' default settings: ${why}`);
    return NO_SETTINGS;
  }
}

/** What JetStream wrote. An image without `rm` keeps it for as long as the container lives. */
export async function removeFolder({ server }: Pick<MakerOptions, "server">, folder: string): Promise<void> {
  const limit = AbortSignal.timeout(10_000);
  try {
    const removing = await server.run({ argv: ["rm", "-rf", folder] }, limit);
    await removing.exit;
  } catch {
    // It holds nothing that anybody could come by: no name is used twice.
  }
}
