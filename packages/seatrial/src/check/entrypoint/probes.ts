import type { EntrypointSettings } from "../../config/index.ts";
import type { ImageConfig, ProbeSpec } from "../../model/index.ts";
import { presetFor } from "../../services/index.ts";

/** What is asked of the started image: as the settings say, else whether its first port accepts. None: it need only run. */
export function probesOf(settings: EntrypointSettings, image: ImageConfig): ProbeSpec[] {
  const { ready, env, command } = settings;
  if (ready?.kind === "probe") return [ready.probe];
  if (ready?.kind === "preset") {
    const preset = presetFor({ name: ready.preset, env: { ...image.env, ...env }, command });
    return preset === undefined ? [] : [preset.probe];
  }
  const port = ready === undefined ? (settings.ports[0] ?? image.ports[0]) : undefined;
  return port === undefined ? [] : [{ kind: "tcp", port }];
}
