import type { IncomingMessage } from "node:http";
import type { Duration } from "../../model/index.ts";

type Body = { kind: "read"; json: unknown } | { kind: "refused"; status?: number; message: string };

const LIMIT = 64 * 1024;
const TOO_LARGE: Body = { kind: "refused", status: 413, message: "The request's body is larger than 64 KiB" };
const TOO_SLOW: Body = { kind: "refused", status: 408, message: "The request's body did not come in time" };
const NOT_JSON: Body = { kind: "refused", message: "The request's body is not JSON" };

/** Reads a request's JSON: at most 64 KiB, within `patience`. The rest of a body that is refused is not read. */
export async function readBody(request: IncomingMessage, patience: Duration): Promise<Body> {
  if (Number(request.headers["content-length"] ?? 0) > LIMIT) return TOO_LARGE;
  const read = await readBytes(request, patience);
  if (!Buffer.isBuffer(read)) return read;
  if (read.length === 0) return { kind: "read", json: undefined };
  try {
    return { kind: "read", json: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(read)) };
  } catch {
    return NOT_JSON;
  }
}

function readBytes(request: IncomingMessage, patience: Duration): Promise<Buffer | Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const timer = setTimeout(() => done(TOO_SLOW), patience);
    function done(result: Buffer | Body): void {
      clearTimeout(timer);
      request.off("data", take);
      resolve(result);
    }
    function take(chunk: Buffer): void {
      length += chunk.length;
      chunks.push(chunk);
      if (length > LIMIT) done(TOO_LARGE);
    }
    request.on("data", take);
    request.once("end", () => done(Buffer.concat(chunks)));
    // A client that breaks off has no use for an answer.
    request.once("error", () => done(NOT_JSON));
    request.once("close", () => done(NOT_JSON));
  });
}
