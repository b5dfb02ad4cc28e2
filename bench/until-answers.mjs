import { once } from "node:events";
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits until a registry answers with this status. Not with fetch: in Node 20 it waits for ever when docker hangs up, as it does for a program that starts. */
export async function untilAnswers(host, wanted) {
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await statusOf(`http://${host}/v2/`)) === wanted) return;
    await sleep(100);
  }
  throw new Error(`the registry at ${host} does not answer`);
}

async function statusOf(url) {
  const request = get(url, { timeout: 2_000, agent: false }).on("timeout", () => request.destroy());
  try {
    const [answer] = await once(request, "response");
    answer.resume();
    return answer.statusCode;
  } catch {
    return undefined;
  }
}
