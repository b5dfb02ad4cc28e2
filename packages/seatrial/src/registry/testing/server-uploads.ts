import { randomUUID } from "node:crypto";
import { digestOf } from "../digest.ts";
import { type ServerCall, sayError } from "./server-api.ts";
import { say } from "./server-auth.ts";
import { serverRepository } from "./server-store.ts";

/** Uploads: opened, mounted, sent in pieces, asked about, ended, given up. What arrives before a cut is kept. */
export async function handleUpload(call: ServerCall): Promise<void> {
  const { request, response, held, rest: id, query, store } = call;
  if (request.method === "POST") {
    const mount = query.get("mount");
    const bytes = serverRepository(store, query.get("from") ?? "").blobs.get(mount ?? "");
    if (mount !== null && bytes !== undefined) {
      held.blobs.set(mount, bytes);
      response.setHeader("docker-content-digest", mount);
      return say(response, 201);
    }
    const fresh = randomUUID();
    held.uploads.set(fresh, Buffer.alloc(0));
    return sayWhere(call, fresh);
  }
  const before = held.uploads.get(id);
  if (before === undefined)
    return sayError(response, { status: 404, code: "BLOB_UPLOAD_UNKNOWN", message: "upload unknown" });
  if (request.method === "GET") return sayWhere(call, id, 204);
  if (request.method === "DELETE") {
    held.uploads.delete(id);
    return say(response, 204);
  }
  const [, start] = /^(\d+)-\d+$/.exec(request.headers["content-range"] ?? "") ?? [];
  if (start !== undefined && Number(start) !== before.length)
    return sayError(response, {
      status: 416,
      code: "BLOB_UPLOAD_INVALID",
      message: "not where the upload is",
    });
  const chunks: Buffer[] = [before];
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  } finally {
    held.uploads.set(id, Buffer.concat(chunks));
  }
  if (request.method === "PATCH") return sayWhere(call, id);
  const bytes = held.uploads.get(id) ?? Buffer.alloc(0);
  const digest = query.get("digest") ?? "";
  held.uploads.delete(id);
  if (digestOf(bytes) !== digest)
    return sayError(response, {
      status: 400,
      code: "DIGEST_INVALID",
      message: "provided digest did not match",
    });
  held.blobs.set(digest, bytes);
  response.setHeader("docker-content-digest", digest);
  say(response, 201);
}

function sayWhere({ response, held, name }: ServerCall, id: string, status = 202): void {
  const size = held.uploads.get(id)?.length ?? 0;
  response.setHeader("location", `/v2/${name}/blobs/uploads/${id}?_state=${size}`);
  response.setHeader("range", `0-${Math.max(0, size - 1)}`);
  say(response, status);
}
