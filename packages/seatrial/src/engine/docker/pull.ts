import { familiarName, findCredentials, formatReference, parseReference } from "../../registry/index.ts";
import type { PullOptions } from "../image.ts";
import { createLayerProgress, PULL_WORDS } from "./layer-progress.ts";
import type { DockerParts } from "./parts.ts";
import { followProgress } from "./progress-stream.ts";
import { pullFailure } from "./pull-failure.ts";
import { registryAuthHeaders } from "./registry-auth.ts";

/** Downloads an image with the user's credentials, and returns the name under which the engine now holds it. */
export async function pullImage(options: DockerParts & PullOptions & { reference: string }): Promise<string> {
  const { client, endpoint, environment, signal } = options;
  const reference = parseReference(options.reference);
  const credentials = await findCredentials({ registry: reference.registry, environment, signal });
  const failed = (message: string) => pullFailure({ reference, message, credentials });
  await followProgress({
    client,
    endpoint,
    call: {
      method: "POST",
      path: "/images/create",
      query: {
        fromImage: familiarName(reference),
        // A digest says more than a tag beside it.
        tag: reference.digest ?? reference.tag,
        platform: options.platform,
      },
      headers: registryAuthHeaders(credentials),
      what: `pull image ${formatReference(reference)}`,
      refused: ({ message }) => failed(message),
      signal,
    },
    onLine: createLayerProgress(PULL_WORDS, options.onProgress),
    failed,
  });
  return formatReference({ ...reference, tag: reference.digest === undefined ? reference.tag : undefined });
}
