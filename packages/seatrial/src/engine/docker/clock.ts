import { textOf } from "./answer.ts";
import type { DockerClient } from "./call.ts";
import type { DockerEndpoint } from "./endpoint.ts";
import { strangeAnswer } from "./exchange-failure.ts";

/** The engine's time, as the head of any answer tells it; a greeting costs it least. */
export async function readClock(options: {
  client: DockerClient;
  endpoint: DockerEndpoint;
  signal: AbortSignal;
}): Promise<number> {
  const { client, endpoint, signal } = options;
  const what = "ask for its time";
  const response = await client.open({ method: "GET", path: "/_ping", what, signal });
  await textOf(response, { endpoint, what }, signal);
  const time = Date.parse(response.headers.date ?? "");
  if (Number.isNaN(time)) throw strangeAnswer({ endpoint, what }, { saw: "it does not tell the time" });
  return time;
}
