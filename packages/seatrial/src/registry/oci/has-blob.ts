import type { Digest } from "../../model/index.ts";
import type { Caller } from "./caller.ts";

/** Whether the repository has a blob. `ask` is how often: the caller's own `ask`, or `askOnce`; `push`: it is uploaded next. */
export async function hasBlob(
  caller: Caller,
  {
    digest,
    ask,
    push,
    signal,
  }: { digest: Digest; ask: Caller["ask"]; push?: boolean | undefined; signal: AbortSignal },
): Promise<boolean> {
  const call = {
    method: "HEAD",
    path: `blobs/${digest}`,
    what: `look for blob ${digest}`,
    // A registry sends us on to its storage for what it has, and only for that.
    accepts: [301, 302, 303, 307, 308, 404],
    push,
    signal,
  } as const;
  return await ask(call, async (answer) => {
    await caller.ignore(answer, signal);
    return answer.status !== 404;
  });
}
