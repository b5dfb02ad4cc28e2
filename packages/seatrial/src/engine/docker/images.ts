import type { ImageDetails } from "../../model/index.ts";
import { familiarName, parseReference } from "../../registry/index.ts";
import { engineError } from "../errors.ts";
import type { ImageEngine, ImageSummary } from "../image.ts";
import { labelFilter } from "./call.ts";
import { commitWorkload } from "./commit.ts";
import { exportImages } from "./export.ts";
import { type ImageAnswer, toImageDetails } from "./image-details.ts";
import { loadImage } from "./load.ts";
import type { DockerParts } from "./parts.ts";
import { pullImage } from "./pull.ts";
import { pushImage } from "./push.ts";

/** The images of a Docker Engine. */
export function createDockerImages(parts: DockerParts): ImageEngine {
  const { client } = parts;

  async function inspect(reference: string, signal: AbortSignal): Promise<ImageDetails | undefined> {
    const answer = await client.json({
      method: "GET",
      path: `/images/${imagePath(reference)}/json`,
      what: `look at image ${reference}`,
      accepts: [404],
      signal,
    });
    return answer === undefined ? undefined : toImageDetails(answer as ImageAnswer);
  }

  async function inspectExisting(reference: string, signal: AbortSignal): Promise<ImageDetails> {
    const image = await inspect(reference, signal);
    if (image !== undefined) return image;
    throw engineError({
      code: "IMAGE_NOT_FOUND",
      message: `Image ${reference} was made, and is gone again.`,
      hint: "Something else removes images from this engine at the same time.",
    });
  }

  return {
    inspect,
    async pull(reference, options) {
      const name = await pullImage({ ...parts, ...options, reference });
      return await inspectExisting(name, options.signal);
    },
    async push(reference, options) {
      return await pushImage({ ...parts, ...options, reference });
    },
    async tag(id, reference, signal) {
      const name = parseReference(reference);
      await client.json({
        method: "POST",
        path: `/images/${imagePath(id)}/tag`,
        query: { repo: familiarName(name), tag: name.tag },
        what: `tag image ${id} as ${reference}`,
        refused: ({ status, message }) =>
          status === 404
            ? engineError({ code: "IMAGE_NOT_FOUND", message: `Cannot tag ${id}: ${message}` })
            : undefined,
        signal,
      });
    },
    async remove(reference, signal) {
      await client.json({
        method: "DELETE",
        path: `/images/${imagePath(reference)}`,
        what: `remove image ${reference}`,
        // 409: a container needs it.
        accepts: [404, 409],
        signal,
      });
    },
    async list(labels, signal) {
      const answer = await client.json({
        method: "GET",
        path: "/images/json",
        query: { filters: labelFilter(labels) },
        what: "list images",
        signal,
      });
      return ((answer ?? []) as ImageListEntry[]).map(toSummary);
    },
    async commit(workload, options) {
      await commitWorkload({ client, workload, ...options });
      return await inspectExisting(options.reference, options.signal);
    },
    async load(tar, options) {
      await loadImage({ ...parts, ...options, tar });
    },
    async export(images, signal) {
      for (const image of images) imagePath(image);
      return await exportImages({ ...parts, images, signal });
    },
  };
}

interface ImageListEntry {
  Id: string;
  RepoTags?: string[] | null;
  Labels?: Record<string, string> | null;
  Size?: number;
  /** Seconds since 1970. */
  Created?: number;
}

function toSummary(entry: ImageListEntry): ImageSummary {
  return {
    id: entry.Id,
    references: (entry.RepoTags ?? []).filter((tag) => tag !== "<none>:<none>"),
    labels: entry.Labels ?? {},
    size: entry.Size ?? 0,
    createdAt: new Date((entry.Created ?? 0) * 1000).toISOString(),
  };
}

/** An id as it is; a name checked first, so that nothing else gets into the address. */
function imagePath(reference: string): string {
  if (!/^(sha256:)?[0-9a-f]{64}$/.test(reference)) parseReference(reference);
  return reference.split("/").map(encodeURIComponent).join("/");
}
