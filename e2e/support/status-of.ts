import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";

/**
 * What a server that may still be starting answers; `undefined` while it does not. Not by fetch: in Node 20 it waits for ever when docker
 * hangs up, as it does for a program that is not there yet.
 */
export async function statusOf(
  url: string,
  headers: Record<string, string> = {},
): Promise<number | undefined> {
  const request = get(url, { headers, timeout: 2_000, agent: false });
  request.on("timeout", () => request.destroy());
  try {
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    answer.resume();
    return answer.statusCode;
  } catch {
    return undefined;
  }
}
