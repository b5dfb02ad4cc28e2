import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { digestOf } from "../digest.ts";
import { MEDIA_TYPES } from "../media-types.ts";
import { say } from "./server-auth.ts";
import { type ServerRepository, type ServerStore, serverRepository } from "./server-store.ts";
import { handleUpload } from "./server-uploads.ts";

interface ApiOptions {
  store: ServerStore;
  referrersApi: boolean;
  pageSize: number | undefined;
}

/** One request about one repository. */
export interface ServerCall {
  request: IncomingMessage;
  response: ServerResponse;
  store: ServerStore;
  name: string;
  held: ServerRepository;
  /** What comes after the kind: a tag, a digest, the id of an upload. */
  rest: string;
  query: URLSearchParams;
}

export function createServerApi(options: ApiOptions) {
  return {
    async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const url = new URL(request.url ?? "", "http://server");
      if (url.pathname === "/v2/") return say(response, 200, {});
      const [, name, kind, rest = ""] =
        /^\/v2\/(.+?)\/(manifests|blobs\/uploads|blobs|tags|referrers)\/(.*)$/.exec(url.pathname) ?? [];
      if (name === undefined) return say(response, 404);
      const held = serverRepository(options.store, name);
      const call = {
        request,
        response,
        store: options.store,
        name,
        held,
        rest: decodeURIComponent(rest),
        query: url.searchParams,
      };
      if (kind === "manifests") return await handleManifest(call, options);
      if (kind === "blobs/uploads") return await handleUpload(call);
      if (kind === "blobs") return handleBlob(call);
      if (kind === "tags") return listTags(call, options);
      if (options.referrersApi) return listReferrers(call, options);
      response.writeHead(404, { "content-type": "text/plain" });
      response.end("404 page not found\n");
    },
  };
}

async function handleManifest(call: ServerCall, { referrersApi }: ApiOptions): Promise<void> {
  const { request, response, held, rest: reference } = call;
  if (request.method === "PUT") {
    const bytes = await buffer(request);
    const digest = digestOf(bytes);
    if (reference.startsWith("sha256:") && reference !== digest)
      return sayError(response, {
        status: 400,
        code: "DIGEST_INVALID",
        message: "provided digest did not match",
      });
    const content = JSON.parse(bytes.toString()) as ServerManifest;
    const missing =
      [content.config, ...(content.layers ?? [])].find((each) => each && !held.blobs.has(each.digest)) ??
      content.manifests?.find((each) => each.digest && !held.manifests.has(each.digest));
    if (missing !== undefined)
      return sayError(response, {
        status: 404,
        code: "MANIFEST_BLOB_UNKNOWN",
        message: `no ${missing.digest}`,
      });
    held.manifests.set(digest, { mediaType: request.headers["content-type"] ?? "", bytes });
    if (reference !== digest) held.tags.set(reference, digest);
    response.setHeader("docker-content-digest", digest);
    if (referrersApi && content.subject) response.setHeader("oci-subject", content.subject.digest);
    return say(response, 201);
  }
  const digest = held.tags.get(reference) ?? reference;
  const manifest = held.manifests.get(digest);
  if (manifest === undefined)
    return sayError(response, { status: 404, code: "MANIFEST_UNKNOWN", message: "manifest unknown" });
  response.writeHead(200, {
    "content-type": manifest.mediaType,
    "content-length": manifest.bytes.length,
    "docker-content-digest": digest,
  });
  response.end(request.method === "HEAD" ? undefined : manifest.bytes);
}

interface ServerManifest {
  mediaType: string;
  artifactType?: string;
  config?: { mediaType: string; digest: string };
  layers?: { digest: string }[];
  manifests?: { digest: string }[];
  subject?: { digest: string };
  annotations?: Record<string, string>;
}

function handleBlob({ request, response, held, rest: digest }: ServerCall): void {
  const bytes = held.blobs.get(digest);
  if (bytes === undefined) {
    sayError(response, { status: 404, code: "BLOB_UNKNOWN", message: "blob unknown" });
    return;
  }
  const [, start] = /^bytes=(\d+)-$/.exec(request.headers.range ?? "") ?? [];
  const part = bytes.subarray(Number(start ?? 0));
  response.writeHead(start === undefined ? 200 : 206, {
    "content-length": part.length,
    "docker-content-digest": digest,
    ...(start !== undefined && { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
  });
  response.end(request.method === "HEAD" ? undefined : part);
}

function listTags(call: ServerCall, { pageSize }: ApiOptions): void {
  const { response, held, name } = call;
  if (held.manifests.size === 0) {
    sayError(response, { status: 404, code: "NAME_UNKNOWN", message: "repository name not known" });
    return;
  }
  const { page, next } = pageOf([...held.tags.keys()].sort(), call, pageSize);
  if (next !== undefined) response.setHeader("link", `</v2/${name}/tags/list?last=${next}>; rel="next"`);
  say(response, 200, { name, tags: page });
}

function listReferrers(call: ServerCall, { pageSize }: ApiOptions): void {
  const { response, held, name, rest: subject, query } = call;
  const artifactType = query.get("artifactType");
  const all = [...held.manifests].flatMap(([digest, { bytes }]) => {
    const content = JSON.parse(bytes.toString()) as ServerManifest;
    if (content.subject?.digest !== subject) return [];
    const type = content.artifactType ?? content.config?.mediaType;
    if (artifactType !== null && type !== artifactType) return [];
    const { mediaType, annotations } = content;
    return [{ mediaType, digest, size: bytes.length, artifactType: type, annotations }];
  });
  const { page, next } = pageOf(all, call, pageSize);
  const filter = artifactType === null ? "" : `&artifactType=${encodeURIComponent(artifactType)}`;
  if (next !== undefined)
    response.setHeader("link", `</v2/${name}/referrers/${subject}?last=${next}${filter}>; rel="next"`);
  if (artifactType !== null) response.setHeader("oci-filters-applied", "artifactType");
  const bytes = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: page }),
  );
  response.writeHead(200, { "content-type": MEDIA_TYPES.ociIndex, "content-length": bytes.length });
  response.end(bytes);
}

/** Pages go by position: `last` is how many came before. */
function pageOf<T>(all: T[], { query }: ServerCall, pageSize = all.length): { page: T[]; next?: number } {
  const from = Number(query.get("last") ?? 0);
  const page = all.slice(from, from + pageSize);
  return from + page.length < all.length ? { page, next: from + page.length } : { page };
}

/** An error as the distribution API has them. */
export function sayError(
  response: ServerResponse,
  error: { status: number; code: string; message: string },
): void {
  const { status, ...rest } = error;
  say(response, status, { errors: [rest] });
}
