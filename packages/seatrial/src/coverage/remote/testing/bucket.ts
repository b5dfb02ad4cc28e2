import type { IncomingMessage, ServerResponse } from "node:http";
import { escapeXml } from "../../../support/xml.ts";
import { say, startServer, type TestServer } from "./server.ts";

export interface TestBucket extends TestServer {
  /** For `pull`. */
  address: string;
  objects: Map<string, string | Buffer>;
}

export interface BucketOptions {
  /** Objects in one page of a list. */
  page?: number;
  /** Answers in the server's place: true when it did. */
  before?: (request: IncomingMessage, response: ServerResponse, key: string) => boolean;
}

/** The environment that such a bucket lets in. */
export const KEYS = { AWS_ACCESS_KEY_ID: "AKID", AWS_SECRET_ACCESS_KEY: "the/secret+key" };

/** A bucket of S3, named `coverage`. */
export async function startBucket(
  files: Record<string, string | Buffer>,
  { page = 1_000, before = () => false }: BucketOptions = {},
): Promise<TestBucket> {
  const objects = new Map(Object.entries(files));
  const server = await startServer((request, response) => {
    const url = new URL(request.url ?? "", "http://bucket");
    const key = decodeURIComponent(url.pathname.replace(/^\/coverage\/?/, ""));
    if (before(request, response, key)) return;
    if (!String(request.headers.authorization).includes("Credential=AKID/"))
      return refuse(response, 403, "AccessDenied");
    if (url.searchParams.get("list-type") === "2")
      return say(response, 200, listOf(objects, url.searchParams, page));
    const content = objects.get(key);
    if (content === undefined) return refuse(response, 404, "NoSuchKey");
    response.writeHead(200, { "content-length": Buffer.byteLength(content) }).end(content);
  });
  return Object.assign(server, { objects, address: `s3://coverage?endpoint=${server.origin}` });
}

export function refuse(response: ServerResponse, status: number, code: string): void {
  say(response, status, `<Error><Code>${code}</Code><Message>not so.</Message></Error>`);
}

function listOf(objects: Map<string, string | Buffer>, query: URLSearchParams, page: number): string {
  const prefix = query.get("prefix") ?? "";
  const all = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  const from = Number(query.get("continuation-token") ?? 0);
  const isCut = from + page < all.length;
  const contents = all
    .slice(from, from + page)
    .map(
      (key) =>
        `<Contents><Key>${escapeXml(key)}</Key><Size>${Buffer.byteLength(objects.get(key) ?? "")}</Size></Contents>`,
    );
  const next = isCut ? `<NextContinuationToken>${from + page}</NextContinuationToken>` : "";
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${isCut}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`;
}
