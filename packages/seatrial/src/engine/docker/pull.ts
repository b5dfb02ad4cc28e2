import type { PullOptions } from "../image.ts";
import { findRegistryAuth } from "./credentials.ts";
import type { DockerParts } from "./parts.ts";
import { followProgress } from "./progress-stream.ts";
import { pullFailure } from "./pull-failure.ts";
import { createPullProgress } from "./pull-progress.ts";
import { familiarName, formatReference, parseReference } from "./reference.ts";

/** Downloads an image with the user's credentials, and returns the name under which the engine now holds it. */
export async function pullImage(options: DockerParts & PullOptions & { reference: string }): Promise<string> {
  const { client, endpoint, environment, signal } = options;
  const reference = parseReference(options.reference);
  const auth = await findRegistryAuth({ registry: reference.registry, environment, signal });
  const failed = (message: string) =>
    pullFailure({ reference, message, loggedIn: auth.header !== undefined, configFile: auth.configFile });
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
      headers: auth.header === undefined ? {} : { "x-registry-auth": auth.header },
      what: `pull image ${formatReference(reference)}`,
      refused: ({ message }) => failed(message),
      signal,
    },
    onLine: createPullProgress(options.onProgress),
    failed,
  });
  return formatReference({ ...reference, tag: reference.digest === undefined ? reference.tag : undefined });
}
