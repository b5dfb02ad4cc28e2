import { openBlobStorage } from "../../remote/azure/storage.ts";
import { openGcsStorage } from "../../remote/gcs/storage.ts";
import type { HttpClient } from "../../remote/http-client.ts";
import type { Renewed } from "../../remote/renewed.ts";
import { openS3Storage } from "../../remote/s3/storage.ts";
import type { UnitStorage } from "../../remote/storage.ts";
import { openWebStorage } from "../../remote/web/storage.ts";
import type { Subject } from "./subject.ts";
import { mutations } from "./subjects-text.ts";

const { signal } = new AbortController();
const ROUNDS = 150;
const endpoint = new URL("http://127.0.0.1:1/");
const address = { scheme: "s3", bucket: "units", prefix: "run", settings: {}, name: "s3://units/run" };
const KEYS = ["run/r1/api/1/1/manifest.json", "run/r1/api/1/1/go/covmeta.0f", "run/r1/a%20b/x"];

/** Lists of what lies in storage, as a server says it that is broken, or none. */
export const STORAGES: Subject[] = [
  lists("lists of S3", {
    texts: ["", "<NextContinuationToken>t1</NextContinuationToken>"].map(
      (next) =>
        `<?xml version="1.0"?><ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${next !== ""}</IsTruncated>${KEYS.map((key) => `<Contents><Key>${key}</Key><Size>12</Size></Contents>`).join("")}${next}</ListBucketResult>`,
    ),
    open: (http) =>
      openS3Storage({
        place: { address, endpoint, isPathStyle: true, region: "us-east-1" },
        http,
        keys: always({ id: "id", secret: "secret", from: "a test" }),
      }),
  }),
  lists("lists of Google's storage", {
    texts: ["", "t1"].map((nextPageToken) =>
      JSON.stringify({ items: KEYS.map((name) => ({ name, size: "12" })), nextPageToken }),
    ),
    open: (http) => openGcsStorage({ address, endpoint, http }),
  }),
  lists("lists of Azure", {
    texts: ["", "m1"].map(
      (next) =>
        `<?xml version="1.0"?><EnumerationResults><Blobs>${KEYS.map((key) => `<Blob><Name>${key}</Name><Properties><Content-Length>12</Content-Length></Properties></Blob>`).join("")}</Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`,
    ),
    open: (http) =>
      openBlobStorage({
        place: { name: "az://a/units", container: new URL("units", endpoint), root: "run/" },
        sasFrom: "a test",
        http,
        tokens: always({ token: "t", from: "a test" }),
      }),
  }),
  lists("pages of folders", {
    texts: [
      `<html><title>Index of /run/</title>${KEYS.map((_, at) => `<a href="${at}.json">${at}</a>`).join("")}</html>`,
    ],
    type: "text/html",
    open: (http) => openWebStorage({ url: endpoint, http, environment: {} }),
  }),
  lists("folders in JSON", {
    texts: [JSON.stringify(KEYS.map((_, at) => ({ name: `${at}.json`, type: "file", size: 12 })))],
    type: "application/json",
    open: (http) => openWebStorage({ url: endpoint, http, environment: {} }),
  }),
];

function lists(
  name: string,
  {
    texts,
    type = "",
    open,
  }: { texts: readonly string[]; type?: string; open: (http: HttpClient) => UnitStorage },
): Subject {
  return {
    name,
    inputs: () => mutations(texts, ROUNDS),
    async read(input) {
      using storage = open(answering(input, type));
      for await (const page of storage.list("", signal))
        if (page.length > input.length) throw new Error(`${page.length} objects`);
    },
  };
}

/** A server that says the same to everything. */
function answering(body: Buffer, type: string): HttpClient {
  return {
    send: async () => ({
      status: 200,
      headers: { "content-type": type },
      body: (async function* () {
        yield body;
      })(),
    }),
    [Symbol.dispose]: () => undefined,
  };
}

function always<T>(value: T): Renewed<T> {
  return { get: async () => value, forget: () => false };
}
