import type { ImageDetails } from "../../model/index.ts";
import { createRedactor } from "../../support/redact.ts";
import { findCredentials } from "../secrets/credentials.ts";
import { textsToHide } from "../secrets/forms.ts";
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
  const { findings: configFindings, texts } = findInConfig(config, secrets);
  const inNames = readings.flatMap((reading) => reading.findings.filter(({ inName }) => inName));
  const credentials = [
    ...texts,
    ...inNames.flatMap(({ path }) => findCredentials(path).map(({ text }) => text)),
  ];
  // Before its lines are cut: half a token would not be known any more.
  const redactor = createRedactor([...credentials, ...textsToHide(secrets)]);
  const history = historyOf(redactor.value(config as { history?: unknown }));
  const lines = linesOfLayers(history, readings.length);
  const base = instructions === undefined ? 0 : countBaseLayers(history, instructions);
  return {
    imageId: details.id,
    platform: details.platform,
    config: details.config,
    configFindings,
    credentials,
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
