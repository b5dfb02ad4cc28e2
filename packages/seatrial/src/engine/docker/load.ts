import { Readable } from "node:stream";
import { familiarName, parseReference } from "../../registry/index.ts";
import { engineError } from "../errors.ts";
import type { LoadOptions } from "../image.ts";
import type { DockerParts } from "./parts.ts";
import { followProgress } from "./progress-stream.ts";

/** Makes an image of one layer from a tar stream, for the engine's own platform. */
export async function loadImage(
  options: DockerParts & LoadOptions & { tar: NodeJS.ReadableStream },
): Promise<void> {
  const name = parseReference(options.reference);
  await followProgress({
    client: options.client,
    endpoint: options.endpoint,
    call: {
      method: "POST",
      path: "/images/create",
      query: {
        fromSrc: "-",
        repo: familiarName(name),
        tag: name.tag,
        changes: labelInstruction(options.labels),
      },
      upload:
        options.tar instanceof Readable ? options.tar : Readable.from(options.tar, { objectMode: false }),
      headers: { "content-type": "application/x-tar" },
      what: `load image ${options.reference}`,
      signal: options.signal,
    },
    onLine: () => undefined,
    failed: (message) =>
      engineError({
        code: "ENGINE_FAILED",
        message: `Could not load image ${options.reference}: ${message}`,
      }),
  });
}

/** One LABEL instruction, quoted so that the engine's Dockerfile reader takes every value as it is. */
function labelInstruction(labels: Record<string, string>): string | undefined {
  const quoted = (text: string) => `"${text.replace(/[\\"$]/g, "\\$&")}"`;
  const pairs = Object.entries(labels).map(([key, value]) => `${quoted(key)}=${quoted(value)}`);
  return pairs.length === 0 ? undefined : `LABEL ${pairs.join(" ")}`;
}
