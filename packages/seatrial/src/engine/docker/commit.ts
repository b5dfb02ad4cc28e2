import { familiarName, parseReference } from "../../registry/index.ts";
import { engineError } from "../errors.ts";
import type { CommitOptions } from "../image.ts";
import type { DockerClient } from "./call.ts";

/** Reading and storing a large file system takes the engine a while. */
const ANSWER_WITHIN_MS = 600_000;

/** Keeps a container's file system as an image. */
export async function commitWorkload(
  options: CommitOptions & { client: DockerClient; workload: string },
): Promise<void> {
  const { client, workload, signal } = options;
  const name = parseReference(options.reference);
  const own = await containerLabels(options);
  await client.json({
    method: "POST",
    path: "/commit",
    query: { container: workload, repo: familiarName(name), tag: name.tag },
    // The engine hands the container's labels down to the image, and lets them be emptied, not removed.
    body: { Labels: { ...Object.fromEntries(own.map((key) => [key, ""])), ...options.labels } },
    what: `commit container ${workload} as ${options.reference}`,
    refused: ({ status, message }) => (status === 404 ? gone(workload, message) : undefined),
    answerWithin: ANSWER_WITHIN_MS,
    signal,
  });
}

/** The labels that the container has beyond those of its image. */
async function containerLabels(options: {
  client: DockerClient;
  workload: string;
  signal: AbortSignal;
}): Promise<string[]> {
  const { client, workload, signal } = options;
  const what = `look at container ${workload}`;
  const container = (await client.json({
    method: "GET",
    path: `/containers/${encodeURIComponent(workload)}/json`,
    what,
    refused: ({ status, message }) => (status === 404 ? gone(workload, message) : undefined),
    signal,
  })) as { Image: string } & Labelled;
  const image = (await client.json({
    method: "GET",
    path: `/images/${encodeURIComponent(container.Image)}/json`,
    what,
    accepts: [404],
    signal,
  })) as Labelled | undefined;
  const inherited = image?.Config?.Labels ?? {};
  return Object.entries(container.Config?.Labels ?? {}).flatMap(([key, value]) =>
    inherited[key] === value ? [] : [key],
  );
}

interface Labelled {
  Config?: { Labels?: Record<string, string> | null } | null;
}

function gone(workload: string, message: string) {
  return engineError({
    code: "WORKLOAD_NOT_FOUND",
    message: `Container ${workload} is gone: ${message}`,
  });
}
