import { engineError } from "../errors.ts";
import { textOf } from "./answer.ts";
import type { DockerClient } from "./call.ts";
import type { DockerEndpoint } from "./endpoint.ts";
import { strangeAnswer } from "./exchange-failure.ts";

/** Docker Engine 20.10. */
const OLDEST = "1.41";
/** Nothing newer is needed; engines from 29 on accept nothing older. */
const NEWEST = "1.44";
/** The first answer takes no work: an engine that keeps silent for so long is stuck. */
const GREETING_WITHIN_MS = 15_000;

/** The version of the API to speak: ours, or the engine's when that is lower. Fails with ENGINE_TOO_OLD. */
export async function negotiateApiVersion(
  client: DockerClient,
  options: { endpoint: DockerEndpoint; answerWithin?: number | undefined },
): Promise<string> {
  const { endpoint, answerWithin = GREETING_WITHIN_MS } = options;
  const { signal } = new AbortController();
  const call = {
    method: "GET",
    path: "/_ping",
    what: "greet it",
    answerWithin,
    signal,
  } as const;
  const response = await client.open(call);
  // Read to its end, so that the next call finds the connection free.
  await textOf(response, { endpoint, what: call.what }, signal);
  const spoken = response.headers["api-version"];
  if (typeof spoken !== "string" || !/^\d+\.\d+$/.test(spoken)) {
    throw strangeAnswer({ endpoint, what: call.what }, { saw: "it names no API version" });
  }
  if (isOlder(spoken, OLDEST)) {
    throw engineError({
      code: "ENGINE_TOO_OLD",
      message: `The engine at ${endpoint.url} speaks version ${spoken} of the Docker API; ${OLDEST} is needed.`,
      hint: "Update to Docker Engine 20.10 or later.",
    });
  }
  return isOlder(spoken, NEWEST) ? spoken : NEWEST;
}

function isOlder(a: string, b: string): boolean {
  const [majorA = 0, minorA = 0] = a.split(".").map(Number);
  const [majorB = 0, minorB = 0] = b.split(".").map(Number);
  return majorA === majorB ? minorA < minorB : majorA < majorB;
}
