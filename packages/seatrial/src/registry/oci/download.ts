import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { registryError } from "../errors.ts";
import type { Descriptor } from "../registry.ts";
import { chunksOf } from "./body.ts";
import type { Caller } from "./caller.ts";
import { digestMismatch } from "./content.ts";
import { TransportFailure } from "./failure.ts";
import { loginOf } from "./login.ts";
import { withRetries } from "./retry.ts";
import type { Answer } from "./transport.ts";

interface Download {
  caller: Caller;
  blob: Pick<Descriptor, "digest" | "size">;
  /** Bytes that are here. */
  received: number;
  signal: AbortSignal;
}

/** Opens a blob for reading: checked while it is read, and resumed where it was cut. */
export async function openBlob(
  caller: Caller,
  blob: Pick<Descriptor, "digest" | "size">,
  signal: AbortSignal,
): Promise<Readable> {
  // Whoever stops reading also ends what is under way.
  const left = new AbortController();
  const download: Download = { caller, blob, received: 0, signal: AbortSignal.any([signal, left.signal]) };
  const what = `read blob ${blob.digest}`;
  // One patience for the whole blob: a registry that sends one byte each time does not keep us for ever.
  const patience = caller.patience({ ...download, what, progress: () => download.received });
  const open = async () => await withRetries(patience, async () => await openRest(download));
  const first = await caller.explain(what, open);

  async function* chunks(): AsyncGenerator<Buffer> {
    const hash = createHash("sha256");
    let answer: Answer | undefined = first;
    while (answer !== undefined) {
      let lost: unknown;
      try {
        for await (const chunk of newChunks(download, answer)) {
          download.received += chunk.length;
          if (download.received > blob.size)
            throw digestMismatch(caller.name, `Blob ${blob.digest} has more than its ${blob.size} bytes`);
          hash.update(chunk);
          yield chunk;
        }
        answer = undefined;
      } catch (error) {
        // All of it is here: how the connection ended does not matter.
        const isWhole = error instanceof TransportFailure && download.received === blob.size;
        if (isWhole) answer = undefined;
        else lost = error;
      }
      if (lost !== undefined) {
        answer = await caller.explain(what, async () => {
          await patience.after(lost);
          return await open();
        });
      }
    }
    const found = `sha256:${hash.digest("hex")}`;
    if (found !== blob.digest)
      throw digestMismatch(caller.name, `Blob ${blob.digest} was asked for, and what was sent is ${found}`);
  }

  const source = chunks();
  // Readable.from would wait for the next chunk before it lets go of the connection.
  const stream = new Readable({
    read() {
      source.next().then(
        ({ value }) => stream.push(value ?? null),
        (error: Error) => stream.destroy(error),
      );
    },
    destroy(error, done) {
      left.abort(new Error("nobody reads this blob any more"));
      first.body.destroy();
      done(error);
    },
  });
  return stream;
}

/** Asks for what is not here yet. */
async function openRest({ caller, blob, received, signal }: Download): Promise<Answer> {
  const { name } = caller;
  const call = {
    method: "GET",
    path: `blobs/${blob.digest}`,
    // Only bytes as they are have that digest.
    headers: { "accept-encoding": "identity", ...(received > 0 && { range: `bytes=${received}-` }) },
    what: `read blob ${blob.digest}`,
    accepts: [404],
    signal,
  } as const;
  return await caller.askOnce(call, async (answer) => {
    if (answer.status === 404) {
      await caller.ignore(answer, signal);
      throw registryError({
        code: "BLOB_NOT_FOUND",
        message: `Repository ${name.repository} of registry ${name.registry} has no blob ${blob.digest}; it was asked ${loginOf(caller.host)}.`,
        hint: "It may have been deleted, or its upload may not be complete: push the image again.",
      });
    }
    const length = answer.headers["content-length"];
    if (answer.status === 200 && length !== undefined && Number(length) !== blob.size)
      throw digestMismatch(
        name,
        `Blob ${blob.digest} should have ${blob.size} bytes, and ${length} are sent`,
      );
    return answer;
  });
}

/** The bytes of an answer without those that are here already: a server may begin anew. */
async function* newChunks(download: Download, answer: Answer): AsyncGenerator<Buffer> {
  const { caller, blob, signal } = download;
  let skip = download.received - startOf(answer, download.received);
  for await (const chunk of chunksOf(answer, caller.reading(signal))) {
    if (chunk.length > skip) yield chunk.subarray(skip);
    skip = Math.max(0, skip - chunk.length);
  }
  if (download.received < blob.size)
    throw new TransportFailure("lost", `it ended after ${download.received} of ${blob.size} bytes`);
}

/** Where the bytes of an answer begin: 0, unless it is the part that was asked for. */
function startOf({ status, headers }: Answer, wanted: number): number {
  if (status !== 206) return 0;
  const [, start] = /^bytes (\d+)-/.exec(headers["content-range"] ?? "") ?? [];
  if (start === undefined || Number(start) > wanted)
    throw new TransportFailure("nonsense", `it sends another part than the one from byte ${wanted} on`);
  return Number(start);
}
