import { createHash } from "node:crypto";
import type { RequestListener } from "node:http";
import { describe, expect, test } from "vitest";
import { fakeServer } from "../testing/fake-server.ts";
import { createS3Client } from "./client.ts";
import { removeBucket } from "./emptying.ts";
import { s3Kind } from "./index.ts";
import { makerOptions } from "./testing/subject.ts";

const signal = new AbortController().signal;
const KEYS = { user: "k", password: "s" };
const EMPTY = "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>";

type Reply = [status: number, body?: string];

/** Answers by method, path and query, in turn; the last answer goes on. What is not listed is done. */
function s3(given: Record<string, Reply[]>, seen: string[] = []): RequestListener {
  const answers = structuredClone(given);
  return (request, response) => {
    const url = new URL(request.url ?? "/", "http://x");
    const what = `${request.method} ${decodeURIComponent(url.pathname)}${[...url.searchParams.keys()].map((key) => ` ${key}`).join("")}`;
    void request.toArray().then((chunks) => {
      const body = Buffer.concat(chunks);
      const sum = createHash("sha256").update(body).digest("hex");
      seen.push(request.headers["x-amz-content-sha256"] === sum ? what : `${what} (wrong sum)`);
      const found = answers[what] ?? [what === "GET /" ? [200, EMPTY] : [200]];
      const [status, text = ""] = (found.length > 1 ? found.shift() : found[0]) ?? [500];
      response.writeHead(status).end(text);
    });
  };
}

const error = (code: string) =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>Why.</Message></Error>`;
const openWith = (answers: Record<string, Reply[]>, seen?: string[]) =>
  s3Kind.open(makerOptions(fakeServer({ port: 9, admin: KEYS, ports: { 9: s3(answers, seen) } })));
const versions = (inner: string) => `<ListVersionsResult>${inner}</ListVersionsResult>`;

const LIST = "GET /st-1 versions encoding-type prefix";
const PLAIN = "GET /st-1 list-type encoding-type prefix";
const FOLDERS = "GET /st-1 list-type encoding-type prefix delimiter";
const UPLOADS = "GET /st-1 uploads encoding-type prefix";
const FULL: Record<string, Reply[]> = {
  "DELETE /st-1": [[409, error("BucketNotEmpty")], [204]],
  [UPLOADS]: [[200, "<ListMultipartUploadsResult/>"]],
};

describe("a maker of buckets", () => {
  test("asks nothing of an empty bucket but that it goes", async () => {
    const seen: string[] = [];
    await using maker = await openWith({}, seen);
    await maker.make("st_1", signal);
    await maker.drop("st_1", signal);
    expect(seen).toEqual(["GET /", "PUT /st-1", "DELETE /st-1"]);
  });

  test("empties where a server has no versions, no uploads and no removal of many", async () => {
    const seen: string[] = [];
    await using maker = await openWith(
      {
        ...FULL,
        [UPLOADS]: [[501]],
        [LIST]: [[405, error("MethodNotAllowed")]],
        [PLAIN]: [
          [
            200,
            "<ListBucketResult><Contents><Key>a</Key></Contents><Contents><Key>b</Key></Contents></ListBucketResult>",
          ],
        ],
        "POST /st-1 delete": [[501, error("NotImplemented")]],
      },
      seen,
    );
    await maker.drop("st_1", signal);
    expect(seen.slice(-3).sort()).toEqual(["DELETE /st-1", "DELETE /st-1/a", "DELETE /st-1/b"]);
  });

  test("takes a plain list for an answer to a question about versions", async () => {
    const seen: string[] = [];
    const page = "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>";
    await using maker = await openWith({ ...FULL, [LIST]: [[200, page]], [PLAIN]: [[200, page]] }, seen);
    await maker.drop("st_1", signal);
    expect(seen).toContain("DELETE /st-1/a");
  });

  test("follows pages, reads encoded keys, and removes a version by its name", async () => {
    const seen: string[] = [];
    const first = versions(
      "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextKeyMarker>a%2Fb+c</NextKeyMarker><NextVersionIdMarker>1</NextVersionIdMarker>" +
        "<Version><Key>a%2Fb+c</Key><VersionId>1</VersionId></Version>",
    );
    const last = versions("<DeleteMarker><Key>d</Key><VersionId>2</VersionId></DeleteMarker>");
    const next = "GET /st-1 versions encoding-type prefix key-marker version-id-marker";
    await using maker = await openWith({ ...FULL, [LIST]: [[200, first]], [next]: [[200, last]] }, seen);
    await maker.drop("st_1", signal);
    expect(seen).toContain("DELETE /st-1/a/b c versionId");
    expect(seen).toContain("DELETE /st-1/d versionId");
  });

  test("does not go round in circles in a list without an end, nor in a bucket that fills itself", async () => {
    const endless = versions("<IsTruncated>true</IsTruncated>");
    await using maker = await openWith({ ...FULL, [LIST]: [[200, endless]] });
    await expect(maker.drop("st_1", signal)).rejects.toThrow("goes on without saying where");
    const listener = s3({
      "DELETE /st-1": [[409, error("BucketNotEmpty")]],
      [UPLOADS]: [[501]],
      [LIST]: [[200, versions("")]],
      [FOLDERS]: [[200, "<ListBucketResult/>"]],
    });
    const server = fakeServer({ port: 9, admin: KEYS, ports: { 9: listener } });
    using client = createS3Client({ server, keys: KEYS, region: "us-east-1" });
    await expect(removeBucket(client, { bucket: "st-1", patienceMs: 200 }, signal)).rejects.toThrow(
      /DELETE \/st-1 with 409: BucketNotEmpty Why\./,
    );
  });

  test("removes folders that no list of objects shows, the deepest first", async () => {
    const seen: string[] = [];
    const folder = (name: string): Reply => [
      200,
      `<ListBucketResult><CommonPrefixes><Prefix>${name}/</Prefix></CommonPrefixes></ListBucketResult>`,
    ];
    const busy: Reply = [409, error("BucketNotEmpty")];
    await using maker = await openWith(
      {
        "DELETE /st-1": [busy, busy, [204]],
        [UPLOADS]: [[501]],
        [LIST]: [[200, versions("")]],
        [FOLDERS]: [folder("a"), folder("a/b"), [200, "<ListBucketResult/>"]],
      },
      seen,
    );
    await maker.drop("st_1", signal);
    expect(seen.filter((each) => each.startsWith("DELETE"))).toEqual([
      "DELETE /st-1",
      "DELETE /st-1",
      "DELETE /st-1/a/b/",
      "DELETE /st-1/a/",
      "DELETE /st-1",
    ]);
  });

  test("asks again when the server is busy, a few times", async () => {
    const seen: string[] = [];
    const busy: Reply = [503, error("SlowDown")];
    await using maker = await openWith({ "PUT /st-1": [busy, [500], [200]], "PUT /st-2": [busy] }, seen);
    await maker.make("st_1", signal);
    await expect(maker.make("st_2", signal)).rejects.toThrow(/503: SlowDown/);
    expect(seen).toEqual(["GET /", ...Array(3).fill("PUT /st-1"), ...Array(4).fill("PUT /st-2")]);
  });

  test("says which object cannot be removed", async () => {
    const two = versions("<Version><Key>a</Key></Version><Version><Key>b</Key></Version>");
    const left =
      "<DeleteResult><Error><Key>b</Key><Code>AccessDenied</Code><Message>locked</Message></Error></DeleteResult>";
    await using maker = await openWith({ ...FULL, [LIST]: [[200, two]], "POST /st-1 delete": [[200, left]] });
    const dropping = maker.drop("st_1", signal);
    await expect(dropping).rejects.toThrow("fake: b of bucket st-1 cannot be removed: AccessDenied locked");
    await expect(dropping).toThrowWithCode("SPACE_NOT_MADE");
  });

  test("takes a copy that failed after its answer had begun for failed", async () => {
    const page = "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>";
    const server = fakeServer({
      port: 9,
      admin: KEYS,
      ports: {
        9: (request, response) => {
          const isList = request.url?.includes("list-type") === true;
          if (request.headers["x-amz-copy-source"] !== undefined) response.end(error("InternalError"));
          else response.end(isList ? page : EMPTY);
        },
      },
    });
    const opening = s3Kind.open(makerOptions(server, { plan: { template: { from: "seed", steps: [] } } }));
    await expect(opening).rejects.toThrow(/InternalError/);
    await expect(opening).toThrowWithCode("TEMPLATE_FAILED");
  });

  test("goes without labels on a server without tags", async () => {
    await using maker = await openWith({ "PUT /st-1 tagging": [[501, error("NotImplemented")]] });
    await maker.label("st_1", "text", signal);
  });

  test("names the region to servers that have one of their own", async () => {
    let body = "";
    const listener: RequestListener = (request, response) => {
      void request.toArray().then((chunks) => {
        if (request.method === "PUT") body = Buffer.concat(chunks).toString();
        response.end(EMPTY);
      });
    };
    const server = fakeServer({ port: 9, admin: KEYS, ports: { 9: listener }, env: { AWS_REGION: "eu-9" } });
    await using maker = await s3Kind.open(makerOptions(server));
    expect((await maker.make("st_1", signal)).values).toMatchObject({ region: "eu-9" });
    expect(body).toContain("<LocationConstraint>eu-9</LocationConstraint>");
  });

  test("is not opened without keys where not everybody is let in", async () => {
    const server = fakeServer({ port: 9, ports: { 9: s3({ "GET /": [[403, error("AccessDenied")]] }) } });
    await expect(s3Kind.open(makerOptions(server))).toThrowWithCode("SPACE_NOT_MADE");
    const wrong = fakeServer({
      port: 9,
      admin: KEYS,
      ports: { 9: s3({ "GET /": [[403, error("InvalidAccessKeyId")]] }) },
    });
    await expect(s3Kind.open(makerOptions(wrong))).rejects.toMatchObject({
      message: "fake: the S3 server answered GET / with 403: InvalidAccessKeyId Why.",
      hint: expect.stringContaining("access key k"),
    });
  });
});
