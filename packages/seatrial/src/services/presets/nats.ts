import type { Preset, PresetContext } from "./preset.ts";
import { optionValue, portOf } from "./settings.ts";

/** The images, by the last part of their names, that hold NATS. */
export const NATS_IMAGES = ["nats", "nats-server"];

/** NATS: it listens only once it serves. */
export function natsPreset(context: PresetContext): Preset {
  const port = portOf([optionValue(context.words, ["--port", "-p"]), portInFile(context)], 4222);
  return { name: "nats", probe: { kind: "tcp", port }, confirmations: 1, yieldsToHealthcheck: false };
}

/** Of the configuration file that the service is given; `listen` may hold a host too. */
function portInFile({ words, fileText }: PresetContext): string | undefined {
  const file = optionValue(words, ["--config", "-c"]);
  const text = file === undefined ? undefined : fileText(file);
  // Those of the cluster and other parts stand in braces.
  const own = text?.replace(/\{[^{}]*\}/g, "").replace(/\{[^{}]*\}/g, "");
  return /^\s*(?:port|listen)\s*[:=\s]\s*"?(?:[^\s"]*:)?(\d+)"?/m.exec(own ?? "")?.[1];
}
