import type { Caller } from "./caller.ts";
import { Refusal, TransportFailure } from "./failure.ts";
import { nextAddress } from "./redirect.ts";
import type { Answer } from "./transport.ts";

/** An upload under way, as the registry keeps it. */
export interface UploadSession {
  /** Where it goes on; each answer may change it. */
  location: URL;
  /** How many bytes the registry has. */
  offset: number;
  /** It wants no smaller pieces, but for the last one. */
  smallestPiece: number;
}

interface SessionCall {
  what: string;
  signal: AbortSignal;
}

const CANCEL_MS = 5_000;

export async function openSession(caller: Caller, { what, signal }: SessionCall): Promise<UploadSession> {
  const call = { method: "POST", path: "blobs/uploads/", what, push: true, signal } as const;
  return await caller.askOnce({ ...call, body: Buffer.alloc(0) }, async (answer) => {
    await caller.ignore(answer, signal);
    const smallest = Number(answer.headers["oci-chunk-min-length"] ?? 0);
    const smallestPiece = Number.isSafeInteger(smallest) ? smallest : 0;
    return { ...sessionIn(answer, caller.host.settings.isInsecure), offset: 0, smallestPiece };
  });
}

/** Where the session is by now; undefined when the registry does not say, or has it no more. */
export async function askSession(
  caller: Caller,
  { session, what, signal }: SessionCall & { session: UploadSession },
): Promise<UploadSession | undefined> {
  const call = {
    method: "GET",
    path: session.location,
    what,
    push: true,
    accepts: [400, 404, 405, 416],
    signal,
  } as const;
  return await caller.askOnce(call, async (answer) => {
    await caller.ignore(answer, signal);
    if (answer.status >= 400) return undefined;
    const { smallestPiece } = session;
    const now = sessionIn(answer, caller.host.settings.isInsecure, session.location);
    return answer.headers.range === undefined ? undefined : { ...now, smallestPiece };
  });
}

/** Gives a session up. Best effort: registries also forget them by themselves. */
export async function cancelSession(caller: Caller, session: Pick<UploadSession, "location">): Promise<void> {
  const signal = AbortSignal.timeout(CANCEL_MS);
  const call = {
    method: "DELETE",
    path: session.location,
    what: "give an upload up",
    push: true,
    signal,
  } as const;
  await caller
    .askOnce({ ...call, accepts: [400, 404, 405] }, async (answer) => await caller.ignore(answer, signal))
    .catch(() => undefined);
}

/** What an answer says about the session. */
export function sessionIn(answer: Answer, isInsecure: (url: URL) => boolean, known?: URL): UploadSession {
  const { headers, url, status } = answer;
  if (status >= 300) throw new Refusal({ status, message: `status ${status}`, codes: [] });
  const location = headers.location ?? known?.href;
  return {
    location: nextAddress(location, { from: url, isInsecure }),
    offset: offsetOf(headers.range),
    smallestPiece: 0,
  };
}

/** `0-1023` are 1024 bytes. `0-0` is what some say for none: one byte more is nothing that is worth a doubt. */
function offsetOf(range: string | undefined): number {
  if (range === undefined) return 0;
  const [, end] = /^(?:bytes=)?0-(-?\d+)$/.exec(range.trim()) ?? [];
  if (end === undefined)
    throw new TransportFailure("nonsense", "it does not say how much of the upload it has");
  return Number(end) <= 0 ? 0 : Number(end) + 1;
}
