import type { ProcessExit } from "../../agent/index.ts";
import { type Duration, formatDuration } from "../../model/index.ts";
import { pause } from "../../support/abort.ts";
import { describeExit } from "../container/telling.ts";
import type { StartedEntrypoint } from "./start.ts";

/** What is wrong with how a command ended; undefined when it ended as expected. */
export async function whyWrongEnd(
  { ended }: StartedEntrypoint,
  options: { code: number; deadline: Duration; signal: AbortSignal },
): Promise<string | undefined> {
  const { code, deadline } = options;
  const exit = await endsWithin(ended, deadline, options.signal);
  if (exit === undefined)
    return `It did not end within ${formatDuration(deadline)}. If it needs longer, set check.entrypoint.deadline.`;
  return exit.code === code ? undefined : `It ended ${howItEnded(exit)}, expected exit code ${code}.`;
}

/** `with exit code 2`, `by signal KILL, for its memory`. */
export function howItEnded(exit: ProcessExit): string {
  return `${describeExit(exit)}${exit.outOfMemory ? ", for its memory" : ""}`;
}

/** What a promise resolves to, or undefined when that takes longer. */
export async function endsWithin<T>(
  promise: Promise<T>,
  limit: Duration,
  signal: AbortSignal,
): Promise<T | undefined> {
  const stop = new AbortController();
  const late = pause(limit, AbortSignal.any([signal, stop.signal])).then(() => undefined);
  late.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    stop.abort();
  }
}
