import type { Engine } from "../engine/index.ts";
import type { ImageDetails, ImageIdentity, ImageSource } from "../model/index.ts";
import { serviceError } from "./errors.ts";

/** The image of a container: built in this run, held by the engine, or pulled now. */
export async function resolveImage(options: {
  /** Who runs it, for messages: `service db`. */
  subject: string;
  source: ImageSource;
  engine: Engine;
  built: ReadonlyMap<string, ImageIdentity>;
  onNote: (note: string) => void;
  /** Hears how far a pull is, often. Default: `onNote`. */
  onProgress?: ((note: string) => void) | undefined;
  signal: AbortSignal;
}): Promise<ImageDetails> {
  const { source, engine, signal } = options;
  if (source.kind === "target") {
    const id = options.built.get(source.target)?.imageId;
    const image = id === undefined ? undefined : await engine.images.inspect(id, signal);
    if (image === undefined) throw new Error(`target ${source.target} of ${options.subject} was not built`);
    return image;
  }
  const held = source.pull === "always" ? undefined : await engine.images.inspect(source.reference, signal);
  if (held !== undefined) return held;
  if (source.pull === "never") {
    throw serviceError({
      code: "SERVICE_NOT_STARTED",
      message: `The image of ${options.subject} is ${source.reference}, which the engine does not hold, and pull_policy is never.`,
      hint: `docker pull ${source.reference}`,
      exitCode: 2,
    });
  }
  const { onNote, onProgress = onNote } = options;
  onNote(`pulling ${source.reference}`);
  return await engine.images.pull(source.reference, {
    platform: source.platform,
    onProgress: (note) => onProgress(`pulling ${source.reference}: ${note}`),
    signal,
  });
}
