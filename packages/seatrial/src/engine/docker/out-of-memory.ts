import { eachChunk } from "./answer.ts";
import type { DockerClient } from "./call.ts";
import type { DockerEndpoint } from "./endpoint.ts";
import { createJsonLines } from "./json-lines.ts";

/** A busy engine takes its time to answer. */
const ANSWER_WITHIN_MS = 5_000;
/** Once it answers it sends what it remembers at once; this only ends the wait for what it has forgotten or has yet to notice. */
const SILENCE_MS = 1_000;
/** The exit code of a process that was killed. */
const KILLED = 137;

/**
 * Asks the engine's memory of past events (its last 256) whether a container that has ended was killed for memory: the container
 * itself is removed by then. Undefined when that cannot be known: the engine has forgotten, or it heard of the lack of memory, on a way
 * of its own, only after it had removed a container whose first process was killed.
 */
export async function wasOutOfMemory(options: {
  client: DockerClient;
  endpoint: DockerEndpoint;
  id: string;
  /** Whether its memory had a limit. */
  limited: boolean;
  exitCode: number;
  signal: AbortSignal;
}): Promise<boolean | undefined> {
  const { client, endpoint, id, signal } = options;
  const mayBeMemory = options.limited && options.exitCode === KILLED;
  const what = `look for the end of container ${id} in the events`;
  const seen = new Set<string>();
  // No `until`: it would be compared with the engine's clock, which may not be ours.
  const call = {
    method: "GET",
    path: "/events",
    query: {
      since: "1",
      filters: JSON.stringify({ type: ["container"], container: [id], event: ["oom", "die"] }),
    },
    what,
    answerWithin: ANSWER_WITHIN_MS,
    signal,
  } as const;
  try {
    const response = await client.open(call);
    const lines = createJsonLines((event) => {
      const { Action, status } = event as { Action?: string; status?: string };
      seen.add(Action ?? status ?? "");
      if (seen.has("oom") || (seen.has("die") && !mayBeMemory)) response.destroy();
    });
    const asked = { endpoint, what };
    await eachChunk({
      response,
      asked,
      signal,
      onText: (text) => lines.add(text),
      longestPause: SILENCE_MS,
    });
  } catch {
    // Whatever went wrong here, the container's own end is known and is what matters.
    signal.throwIfAborted();
  }
  if (seen.has("oom")) return true;
  return seen.has("die") && !mayBeMemory ? false : undefined;
}
