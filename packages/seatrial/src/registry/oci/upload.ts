import type { Readable } from "node:stream";
import type { Digest } from "../../model/index.ts";
import type { Caller } from "./caller.ts";
import { digestMismatch, saidDigest } from "./content.ts";
import { Refusal, TransportFailure } from "./failure.ts";
import { hasBlob } from "./has-blob.ts";
import { withRetries } from "./retry.ts";
import { createSource, type Source } from "./source.ts";
import { askSession, cancelSession, openSession, sessionIn, type UploadSession } from "./upload-session.ts";

/** A piece of an upload in pieces, unless the registry wants larger ones. */
const PIECE_BYTES = 16 * 1024 * 1024;

/** Bytes that a slow registry hashes and moves in a millisecond: 10 MB in a second. */
const COMMITTED_PER_MS = 10_000;

interface Upload {
  caller: Caller;
  digest: Digest;
  size: number;
  source: Source;
  what: string;
  /** Whole in one request at first; in pieces when that was cut off or was too much. */
  inPieces: boolean;
  session: UploadSession | undefined;
  /** The registry has said that it cannot go on with the session: what was cut off left it in disorder. */
  isSpoiled: boolean;
  signal: AbortSignal;
}

/** Of an upload whose session is gone, and of one that the registry has lost its way in. */
const UNKNOWN = "BLOB_UPLOAD_UNKNOWN";
const INVALID = "BLOB_UPLOAD_INVALID";

/** Uploads a blob. One that is cut off goes on where the registry says that it is, or begins anew. */
export async function uploadBlob(
  caller: Caller,
  blob: { digest: Digest; size: number; open: () => Readable },
  signal: AbortSignal,
): Promise<void> {
  await using source = createSource(blob);
  const { digest, size } = blob;
  const what = `push blob ${digest}`;
  const beginning = { inPieces: false, session: undefined, isSpoiled: false };
  const upload: Upload = { caller, digest, size, source, what, ...beginning, signal };
  const patience = caller.patience({
    what,
    progress: () => upload.session?.offset ?? 0,
    // The session is gone, or is somewhere else than we thought; or so much at once is refused.
    alsoPasses: (error) =>
      error instanceof Refusal &&
      (error.status === 416 ||
        (error.status === 413 && size > PIECE_BYTES) ||
        error.codes.includes(UNKNOWN) ||
        error.codes.includes(INVALID)),
    signal,
  });
  let isFirst = true;
  try {
    await caller.explain(what, async () => {
      await withRetries(patience, async () => {
        const isStored = !isFirst && (await recover(upload));
        isFirst = false;
        if (isStored) return;
        await advance(upload).catch((error: unknown) => {
          upload.isSpoiled =
            error instanceof Refusal && error.status !== 416 && error.codes.includes(INVALID);
          throw error;
        });
      });
    });
  } catch (error) {
    if (upload.session !== undefined && !signal.aborted) await cancelSession(caller, upload.session);
    throw error;
  }
}

async function advance(upload: Upload): Promise<void> {
  const { caller, what, signal, size } = upload;
  upload.session ??= await openSession(caller, { what, signal });
  if (!upload.inPieces) {
    upload.inPieces = true;
    await finish(upload, size);
    return;
  }
  while (upload.session.offset < size) await sendPiece(upload, upload.session);
  await finish(upload, 0);
}

/** Goes on where the registry is; a session that it has lost, or that leaves doubt, is begun anew. True when the blob is there already. */
async function recover(upload: Upload): Promise<boolean> {
  const { caller, session, signal, what, size, digest } = upload;
  if (session === undefined) return false;
  const now = upload.isSpoiled ? undefined : await askSession(caller, { session, what, signal });
  if (now !== undefined && now.offset <= size) {
    upload.session = now;
    return false;
  }
  upload.session = undefined;
  // Only its last answer may have been lost.
  if (await hasBlob(caller, { digest, ask: caller.askOnce, push: true, signal })) return true;
  await cancelSession(caller, session);
  return false;
}

async function sendPiece(upload: Upload, session: UploadSession): Promise<void> {
  const { caller, source, what, signal } = upload;
  const { offset } = session;
  const size = Math.min(upload.size - offset, Math.max(PIECE_BYTES, session.smallestPiece));
  const call = {
    method: "PATCH",
    path: session.location,
    headers: {
      "content-type": "application/octet-stream",
      "content-range": `${offset}-${offset + size - 1}`,
    },
    body: { size, chunks: () => source.part(offset, size) },
    what,
    push: true,
    signal,
  } as const;
  upload.session = await caller.askOnce(call, async (answer) => {
    await caller.ignore(answer, signal);
    const next = sessionIn(answer, caller.host.settings.isInsecure);
    if (next.offset !== offset + size)
      throw new TransportFailure("lost", `it has ${next.offset} bytes of ${offset + size} that were sent`);
    return { ...next, smallestPiece: session.smallestPiece };
  });
}

/** Ends the upload with its last `size` bytes: all of them, or none. */
async function finish(upload: Upload, size: number): Promise<void> {
  const { caller, digest, session, source, what, signal } = upload;
  if (session === undefined) throw new Error("an upload without session");
  const url = new URL(session.location);
  url.searchParams.set("digest", digest);
  const call = {
    method: "PUT",
    path: url,
    headers: { "content-type": "application/octet-stream" },
    body: { size, chunks: () => source.part(upload.size - size, size) },
    answerWithin: caller.host.settings.limits.answer + Math.ceil(upload.size / COMMITTED_PER_MS),
    what,
    push: true,
    signal,
  } as const;
  await caller.askOnce(call, async (answer) => {
    await caller.ignore(answer, signal);
    const stored = saidDigest(answer);
    if (stored !== undefined && stored !== digest)
      throw digestMismatch(caller.name, `Blob ${digest} was pushed and stored as ${stored}`);
  });
}
