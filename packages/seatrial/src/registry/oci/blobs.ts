import type { Digest } from "../../model/index.ts";
import { isToolError } from "../../support/error.ts";
import type { Blobs, RepositoryName } from "../registry.ts";
import type { Caller } from "./caller.ts";
import { openBlob } from "./download.ts";
import { hasBlob } from "./has-blob.ts";
import { uploadBlob } from "./upload.ts";
import { cancelSession, sessionIn } from "./upload-session.ts";

/** The blobs of one repository. */
export function createBlobs(caller: Caller): Blobs {
  const has = async (digest: Digest, signal: AbortSignal) =>
    await hasBlob(caller, { digest, ask: caller.ask, signal });

  return {
    has,
    open: async (blob, signal) => await openBlob(caller, blob, signal),
    async put(blob, signal) {
      const { digest } = blob;
      // With the right to push from the first look on: some make a repository for it, and show none that does not exist.
      if (await hasBlob(caller, { digest, ask: caller.ask, push: true, signal })) return;
      await uploadBlob(caller, blob, signal);
    },
    async mount({ digest }, from, signal) {
      signal.throwIfAborted();
      if (from.registry !== caller.name.registry) return false;
      return await mountBlob(caller, { digest, from, signal });
    },
  };
}

async function mountBlob(
  caller: Caller,
  { digest, from, signal }: { digest: string; from: RepositoryName; signal: AbortSignal },
): Promise<boolean> {
  const query = new URLSearchParams({ mount: digest, from: from.repository });
  const call = {
    method: "POST",
    path: `blobs/uploads/?${query}`,
    body: Buffer.alloc(0),
    what: `take blob ${digest} over from ${from.repository}`,
    push: true,
    mountFrom: from.repository,
    // Some refuse a source that they do not know, or that is not ours, in place of opening an upload.
    accepts: [400, 404, 405, 415, 422],
    signal,
  } as const;
  try {
    return await caller.ask(call, async (answer) => {
      await caller.ignore(answer, signal);
      if (answer.status === 201) {
        caller.traffic.blobsMounted += 1;
        return true;
      }
      // It wants the bytes, and has opened an upload for them that nobody will use.
      if (answer.status === 202)
        await cancelSession(caller, sessionIn(answer, caller.host.settings.isInsecure));
      return false;
    });
  } catch (error) {
    // Whether we may push at all is told by the upload that follows.
    if (isToolError(error, "REGISTRY_DENIED")) return false;
    throw error;
  }
}
