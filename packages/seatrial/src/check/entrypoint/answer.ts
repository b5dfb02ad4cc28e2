import { formatDuration, type ReadinessSpec } from "../../model/index.ts";
import { waitUntilReady } from "../../services/index.ts";
import { isToolError } from "../../support/error.ts";
import type { CheckContainer } from "../container/container.ts";
import { endsWithin, howItEnded } from "./end.ts";
import type { StartedEntrypoint } from "./start.ts";

/** How long something that nobody can ask must run to count as started. */
export const SETTLED_MS = 2_000;

export interface AnswerOptions {
  container: CheckContainer;
  readiness: ReadinessSpec;
  /** For command probes. */
  env: Record<string, string>;
  onNote: (note: string) => void;
  signal: AbortSignal;
}

/** What kept a server from answering; undefined when it answers. */
export async function whyNoAnswer(
  { ended }: StartedEntrypoint,
  options: AnswerOptions,
): Promise<string | undefined> {
  const { readiness, container, signal } = options;
  const early = ended.then((exit) => `It ended ${howItEnded(exit)} before it answered.`);
  early.catch(() => undefined);
  if (readiness.probes.length === 0)
    return await endsWithin(early, Math.min(SETTLED_MS, readiness.deadline), signal);
  const over = new AbortController();
  const ready = waitUntilReady({
    service: "release image",
    readiness,
    agent: container.agent,
    process: { env: options.env, user: container.image.user || undefined },
    onNote: options.onNote,
    lastLines: () => [],
    notReady: (saw) => ({
      message: `It did not answer within ${formatDuration(readiness.deadline)}: ${saw}. If it needs longer, set check.entrypoint.deadline.`,
    }),
    signal: AbortSignal.any([signal, over.signal]),
  }).then(() => undefined, lateness);
  ready.catch(() => undefined);
  try {
    return await Promise.race([ready, early]);
  } finally {
    over.abort();
  }
}

function lateness(error: unknown): string {
  if (isToolError(error, "SERVICE_NOT_READY")) return error.message;
  throw error;
}
