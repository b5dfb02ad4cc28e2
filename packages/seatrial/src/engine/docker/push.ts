import {
  familiarName,
  findCredentials,
  formatReference,
  isDigest,
  parseReference,
} from "../../registry/index.ts";
import { EXIT } from "../../support/error.ts";
import { engineError } from "../errors.ts";
import type { PushedManifest, PushOptions } from "../image.ts";
import { createLayerProgress, PUSH_WORDS } from "./layer-progress.ts";
import type { DockerParts } from "./parts.ts";
import { followProgress, type ProgressLine } from "./progress-stream.ts";
import { pushFailure } from "./push-failure.ts";
import { registryAuthHeaders } from "./registry-auth.ts";

/** Uploads what the engine holds under a name, with the user's credentials, and reads what the registry has now from the answer. */
export async function pushImage(
  options: DockerParts & PushOptions & { reference: string },
): Promise<PushedManifest> {
  const { client, endpoint, environment, signal } = options;
  const reference = parseReference(options.reference);
  const name = formatReference(reference);
  if (reference.digest !== undefined) {
    throw engineError({
      code: "IMAGE_PUSH_FAILED",
      message: `${name} cannot be pushed: an engine pushes names with tags, and this is one with a digest.`,
      hint: "Give the image a tag in the repository, and push that.",
      exitCode: EXIT.usage,
    });
  }
  const credentials = await findCredentials({ registry: reference.registry, environment, signal });
  const failed = (message: string) => pushFailure({ reference, message, credentials });
  const tell = createLayerProgress(PUSH_WORDS, options.onProgress);
  let pushed: PushedManifest | undefined;
  await followProgress({
    client,
    endpoint,
    call: {
      method: "POST",
      path: `/images/${familiarName(reference).split("/").map(encodeURIComponent).join("/")}/push`,
      query: { tag: reference.tag },
      headers: registryAuthHeaders(credentials, { always: true }),
      what: `push image ${name}`,
      refused: ({ message }) => failed(message),
      signal,
    },
    onLine: (line) => {
      pushed = manifestIn(line) ?? pushed;
      tell(line);
    },
    failed,
  });
  if (pushed === undefined) throw failed("the engine did not say under which digest");
  return pushed;
}

/** Engines say it once for programs and once for people; some say it in one way only. */
function manifestIn({ aux, status }: ProgressLine): PushedManifest | undefined {
  if (isDigest(aux?.Digest) && typeof aux.Size === "number") return { digest: aux.Digest, size: aux.Size };
  const [, digest, size] = / digest: (sha256:[0-9a-f]{64}) size: (\d+)$/.exec(status ?? "") ?? [];
  return isDigest(digest) ? { digest, size: Number(size) } : undefined;
}
