import type { ImageDetails } from "../../model/index.ts";
import { findInConfig } from "./config-text.ts";
import { readEntryLog } from "./entry-log.ts";
import { countBaseLayers, historyOf, linesOfLayers } from "./history.ts";
import type { ImageIndex, ImageLayer } from "./image-index.ts";
import type { LayerReading } from "./reading.ts";
import type { NamedSecret } from "./scanner.ts";

/** Puts together what is known of an image. */
export function buildIndex(options: {
  details: ImageDetails;
  /** Its configuration as text. */
  config: string;
  /** Of its layers, the lowest first. */
  readings: readonly LayerReading[];
  secrets: readonly NamedSecret[];
  /** Of the Dockerfile, when it is known. */
  instructions?: readonly string[] | undefined;
}): ImageIndex {
  const { details, readings, secrets, instructions } = options;
  const config: unknown = JSON.parse(options.config);
  const history = historyOf(config as { history?: unknown });
  const lines = linesOfLayers(history, readings.length);
  const base = instructions === undefined ? 0 : countBaseLayers(history, instructions);
  return {
    imageId: details.id,
    platform: details.platform,
    config: details.config,
    configFindings: findInConfig(config, secrets),
    layers: readings.map(
      (reading, index): ImageLayer => ({
        number: index + 1,
        diffId: reading.diffId,
        history: lines[index] ?? "",
        own: index >= base,
        size: reading.size,
        entries: () => readEntryLog(reading.entries),
        packages: reading.packages,
        findings: reading.findings,
        cut: reading.cut,
        accounts: reading.accounts,
      }),
    ),
  };
}
